//! What waits for an officer, for their programs: the same parts that the
//! page has, newest first, so that a page's end can be named whatever is done
//! meanwhile.

use super::{Tx, absence};
use crate::domain::access::Officer;
use crate::domain::desk::{SOON, View};
use crate::domain::error::{Code, Problem};
use crate::domain::feedback::State;
use crate::domain::text::propose_title;
use crate::domain::visibility::Record;
use crate::domain::words::Role;
use crate::store;
use crate::store::list::{Filter, Order};

/// What a part of the list chooses; none where the roles have no such part.
pub fn filter(tx: &mut Tx<'_>, officer: &Officer, view: View) -> Result<Option<Filter>, Problem> {
    let works = officer.works();
    let needed = match view {
        View::Sealed | View::Confirmed => officer.is(Role::Receiver),
        View::Approve => officer.is(Role::Approver),
        View::All | View::Overdue | View::Soon | View::Mine | View::Tray | View::Appeals | View::Any => works,
        View::Deputy if works => return absence::waiting(tx, officer),
        View::Deputy => false,
    };
    if !needed {
        return Ok(None);
    }
    let offices = tx.catalogue.offices.answered_by(&officer.office, tx.today).iter().map(ToString::to_string).collect();
    let all = Filter { offices: Some(offices), unsealed: true, ..Filter::default() };
    let base = Filter { open: true, ..all.clone() };
    let soon = || tx.catalogue.calendar.add(tx.today, SOON, true).next();
    let sealed = |confirmed| Filter { states: Some(vec![State::Sealed]), confirmed: Some(confirmed), ..Filter::default() };
    Ok(Some(match view {
        // Chosen above; nothing is added to it here.
        View::All | View::Deputy => base,
        View::Overdue => Filter { due_before: Some(tx.today), ..base },
        View::Soon => Filter { not_due_before: Some(tx.today), due_before: Some(soon()), ..base },
        View::Mine => Filter { assignee: Some(officer.id), ..base },
        View::Tray => Filter { in_tray: true, ..base },
        View::Approve => Filter { handed_in: true, ..all },
        View::Appeals => Filter { appealed_to: all.offices.clone(), offices: None, ..all },
        View::Any => all,
        View::Sealed => sealed(false),
        View::Confirmed => sealed(true),
    }))
}

/// An opinion in the list.
pub struct Titled {
    /// Its row.
    pub record: Record,
    /// What it is called there; a sealed one has no name.
    pub title: Option<String>,
}

/// A page of what waits: newest first, below a serial. Without a view, the first that the roles have.
/// The second value is the next page's cursor.
///
/// # Errors
/// [`Code::NotAllowed`] where the roles have no such part.
pub fn waiting(tx: &mut Tx<'_>, officer: &Officer, view: Option<View>, below: Option<i64>, limit: i64) -> Result<(Vec<Titled>, Option<i64>), Problem> {
    let mut chosen = None;
    for view in view.map_or_else(|| View::ALL.to_vec(), |view| vec![view]) {
        chosen = filter(tx, officer, view)?;
        if chosen.is_some() {
            break;
        }
    }
    let filter = chosen.ok_or(Code::NotAllowed)?;
    let mut records = store::list::list(tx.conn, &filter, Order::Newest(below), limit + 1)?;
    let more = records.len() as i64 > limit;
    records.truncate(usize::try_from(limit).unwrap_or(0));
    let next = records.last().filter(|_| more).map(|record| record.serial.0);
    let titled = records.into_iter().map(|record| Ok(Titled { title: title(tx, &record)?, record }));
    Ok((titled.collect::<Result<_, Problem>>()?, next))
}

/// The public title, or the first words. Of a sealed one nothing: each view of its words is audited.
pub fn title(tx: &mut Tx<'_>, record: &Record) -> Result<Option<String>, Problem> {
    Ok(match (record.state, &record.title) {
        (State::Sealed, _) => None,
        (_, Some(title)) => Some(title.clone()),
        (_, None) => store::feedback::original(tx.conn, record.serial)?.map(|words| propose_title(&words)),
    })
}
