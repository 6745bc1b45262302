//! Deleting what is kept no longer, a bounded number at a time, and the counts of it.

use diesel::prelude::*;
use diesel::upsert::excluded;

use super::appeal::APPEAL_WAITS;
use super::schema::{outbox, retention_runs, sessions, sign_in_failures};
use super::types::{At, Json, On};
use super::{Both, Conn, Stored};
use crate::domain::time::{Day, Moment};
use crate::domain::words::Serial;

/// Deletes sessions that expired before a moment. Returns how many.
pub fn drop_sessions(conn: &mut Conn, at: Moment, limit: i64) -> Stored<usize> {
    use sessions as s;
    let old: Vec<String> = s::table.filter(s::expires_at.lt(At(at))).order(s::token_hash).limit(limit).select(s::token_hash).load(conn)?;
    Ok(diesel::delete(s::table.filter(s::token_hash.eq_any(old))).execute(conn)?)
}

/// Deletes failed sign-ins of which the last was before a moment. Returns how many.
pub fn drop_failures(conn: &mut Conn, at: Moment, limit: i64) -> Stored<usize> {
    use sign_in_failures as f;
    let old: Vec<(String, String)> =
        f::table.filter(f::last_at.lt(At(at))).order((f::login, f::address)).limit(limit).select((f::login, f::address)).load(conn)?;
    let mut dropped = 0;
    for (login, address) in old {
        dropped += diesel::delete(f::table.find((login, address)).filter(f::last_at.lt(At(at)))).execute(conn)?;
    }
    Ok(dropped)
}

/// Deletes letters that were finished before a moment. Returns how many.
pub fn drop_letters(conn: &mut Conn, at: Moment, limit: i64) -> Stored<usize> {
    use outbox as o;
    let old: Vec<i64> = o::table.filter(o::done_at.lt(At(at))).order(o::id).limit(limit).select(o::id).load(conn)?;
    Ok(diesel::delete(o::table.filter(o::id.eq_any(old))).execute(conn)?)
}

/// Takes the encrypted address out of letters that were finished before a moment. Returns how many.
pub fn empty_letters(conn: &mut Conn, at: Moment, limit: i64) -> Stored<usize> {
    use outbox as o;
    // Letters of these kinds alone may have one, and they are few.
    let done = o::table.filter(o::kind.eq_any(["rights", "account_changed"])).filter(o::done_at.lt(At(at))).order(o::id.desc());
    let rows: Vec<(i64, Json)> = done.select((o::id, o::payload)).load(conn)?;
    let with_address = rows.into_iter().filter(|(_, payload)| payload.0.get("sealed").is_some());
    let mut emptied = 0;
    for (id, Json(mut payload)) in with_address.take(usize::try_from(limit).unwrap_or(0)) {
        payload.as_object_mut().map(|payload| payload.remove("sealed"));
        emptied += diesel::update(o::table.find(id)).set(o::payload.eq(Json(payload))).execute(conn)?;
    }
    Ok(emptied)
}

/// What a rule deleted on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The day.
    pub on: Day,
    /// The rule.
    pub rule: String,
    /// How much.
    pub n: i64,
}

/// Adds to what a rule deleted on a day: several servers may do a part each.
pub fn note(conn: &mut Conn, on: Day, rule: &str, n: usize, at: Moment) -> Stored<()> {
    use retention_runs as r;
    let n = i64::try_from(n).unwrap_or(i64::MAX);
    Both(
        diesel::insert_into(r::table)
            .values((r::on_day.eq(On(on)), r::rule.eq(rule), r::n.eq(n), r::last_at.eq(At(at))))
            .on_conflict((r::on_day, r::rule))
            .do_update()
            .set((r::n.eq(r::n + excluded(r::n)), r::last_at.eq(excluded(r::last_at)))),
    )
    .execute(conn)?;
    Ok(())
}

/// The last run of each rule, and what it deleted in all.
pub fn last_runs(conn: &mut Conn) -> Stored<Vec<(Run, i64)>> {
    use retention_runs as r;
    let rows: Vec<(On, String, i64)> = r::table.order((r::on_day.asc(), r::rule.asc())).select((r::on_day, r::rule, r::n)).load(conn)?;
    let mut last: Vec<(Run, i64)> = Vec::new();
    for (on, rule, n) in rows {
        match last.iter_mut().find(|(run, _)| run.rule == rule) {
            Some((run, all)) => {
                *all += n;
                *run = Run { on: on.0, rule, n };
            }
            None => last.push((Run { on: on.0, rule, n }, n)),
        }
    }
    Ok(last)
}

/// Items that have been done since before a day: nothing of them has been said since, nothing is still to be said, and
/// neither of what goes on for them once they were merged. `having`: a query for the numbers of those that are asked
/// about, never made from input.
pub(super) fn done_before(conn: &mut Conn, having: &str, day: Day, limit: i64) -> Stored<Vec<Serial>> {
    #[derive(QueryableByName)]
    struct Done {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        serial: i64,
    }
    let query = format!(
        "WITH RECURSIVE asked (serial) AS ({having}), concerns (serial, item) AS ( \
           SELECT serial, serial FROM asked \
           UNION SELECT c.serial, f.merged_into FROM concerns AS c JOIN feedback AS f ON f.serial = c.item WHERE f.state = 'merged' AND f.merged_into IS NOT NULL \
         ), waiting (serial) AS ( \
           SELECT c.serial FROM concerns AS c JOIN feedback AS f ON f.serial = c.item \
           WHERE f.settled IS NULL OR f.answered_on >= '{day}' OR f.out_on >= '{day}' \
             OR EXISTS (SELECT 1 FROM feedback_appeals WHERE feedback_appeals.serial = f.serial AND {APPEAL_WAITS}) \
             OR EXISTS (SELECT 1 FROM feedback_answers AS v WHERE v.serial = f.serial AND v.published_on >= '{day}') \
             OR EXISTS (SELECT 1 FROM feedback_appeals AS a WHERE a.serial = f.serial AND a.answered_on >= '{day}') \
         ) SELECT serial FROM asked WHERE serial NOT IN (SELECT serial FROM waiting) ORDER BY serial LIMIT {limit}"
    );
    let done: Vec<Done> = diesel::sql_query(query).load(conn)?;
    Ok(done.into_iter().map(|done| Serial(done.serial)).collect())
}
