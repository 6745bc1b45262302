//! The tables as diesel sees them: the same names and columns in both databases,
//! compared with the migrations by `tests/store/parity.rs`.

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    settings (key) {
        key -> Text,
        value -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    counters (name) {
        name -> Text,
        value -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    offices (code) {
        code -> Text,
        parent -> Nullable<Text>,
        kind -> Text,
        place -> Nullable<Text>,
        name_vi -> Text,
        name_en -> Text,
        name_km -> Text,
        short_vi -> Text,
        valid_from -> CalendarDay,
        valid_to -> Nullable<CalendarDay>,
        successor -> Nullable<Text>,
        counts_makeup -> Bool,
        selectable -> Bool,
        email -> Nullable<Text>,
        source -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    fields (code) {
        code -> Text,
        position -> BigInt,
        target_group -> Text,
        name_vi -> Text,
        name_en -> Text,
        name_km -> Text,
        hint_vi -> Text,
        hint_en -> Text,
        hint_km -> Text,
        icon -> Text,
        valid_from -> CalendarDay,
        valid_to -> Nullable<CalendarDay>,
        source -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    sectors (code) {
        code -> Text,
        label -> Text,
        field -> Text,
        valid_from -> CalendarDay,
        valid_to -> Nullable<CalendarDay>,
        source -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    procedures (key) {
        key -> Text,
        code -> Nullable<Text>,
        name -> Text,
        also_called -> Text,
        sector -> Text,
        level -> Text,
        verified -> Bool,
        position -> BigInt,
        valid_from -> CalendarDay,
        valid_to -> Nullable<CalendarDay>,
        replaced_by -> Nullable<Text>,
        source -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    calendar_days (day) {
        day -> CalendarDay,
        kind -> Text,
        status -> Text,
        name_vi -> Text,
        name_en -> Text,
        name_km -> Text,
        source -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    clock_rules (id) {
        id -> BigInt,
        kind -> Nullable<Text>,
        field -> Nullable<Text>,
        step -> Text,
        days -> BigInt,
        valid_from -> CalendarDay,
        valid_to -> Nullable<CalendarDay>,
        source -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    chase_rules (code) {
        code -> Text,
        timing -> Text,
        days -> BigInt,
        part -> Text,
        source -> Text,
        valid_from -> CalendarDay,
        valid_to -> Nullable<CalendarDay>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    targets (year, scope) {
        year -> BigInt,
        scope -> Text,
        value_bp -> BigInt,
        source -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    routing_rules (id) {
        id -> BigInt,
        procedure -> Nullable<Text>,
        field -> Nullable<Text>,
        place -> Nullable<Text>,
        office -> Text,
        valid_from -> CalendarDay,
        valid_to -> Nullable<CalendarDay>,
        source -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    listed_codes (list, code) {
        list -> Text,
        code -> Text,
        name_vi -> Text,
        name_en -> Text,
        name_km -> Text,
        law -> Text,
        source -> Text,
        position -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    questionnaires (slug, version) {
        slug -> Text,
        version -> BigInt,
        position -> BigInt,
        open -> Bool,
        definition -> Doc,
        published_on -> CalendarDay,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    officers (id) {
        id -> Id,
        login -> Text,
        name -> Text,
        office -> Text,
        password_hash -> Text,
        language -> Text,
        email -> Nullable<Text>,
        created_on -> CalendarDay,
        ended_on -> Nullable<CalendarDay>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    officer_roles (officer, role) {
        officer -> Id,
        role -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    sessions (token_hash) {
        token_hash -> Text,
        officer -> Id,
        created_at -> Instant,
        expires_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    sign_in_failures (login, address) {
        login -> Text,
        address -> Text,
        failures -> BigInt,
        last_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    officer_totp (officer) {
        officer -> Id,
        sealed -> Text,
        begun_at -> Instant,
        confirmed_at -> Nullable<Instant>,
        last_step -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    recovery_codes (officer, code_hash) {
        officer -> Id,
        code_hash -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    sign_in_steps (token_hash) {
        token_hash -> Text,
        officer -> Id,
        expires_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    password_resets (token_hash) {
        token_hash -> Text,
        officer -> Id,
        created_at -> Instant,
        expires_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    deadline_feeds (officer) {
        officer -> Id,
        token_hash -> Text,
        made_on -> CalendarDay,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    access_tokens (id) {
        id -> Id,
        officer -> Id,
        name -> Text,
        token_hash -> Text,
        made_on -> CalendarDay,
        last_on -> CalendarDay,
        used_on -> Nullable<CalendarDay>,
        revoked_on -> Nullable<CalendarDay>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    absences (id) {
        id -> Id,
        officer -> Id,
        deputy -> Id,
        from_on -> CalendarDay,
        to_on -> CalendarDay,
        noted_by -> Id,
        ended_on -> Nullable<CalendarDay>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    devices (id) {
        id -> Text,
        name -> Text,
        office -> Text,
        token_hash -> Text,
        enrolled_on -> CalendarDay,
        ended_on -> Nullable<CalendarDay>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    responses (n) {
        n -> BigInt,
        id -> Id,
        submission_id -> Id,
        receipt_hash -> Text,
        half -> CalendarDay,
        submitted_on -> CalendarDay,
        questionnaire -> Text,
        version -> BigInt,
        field -> Text,
        office -> Nullable<Text>,
        procedure -> Nullable<Text>,
        respondent -> Text,
        sample -> Text,
        channel -> Text,
        language -> Text,
        answers -> Doc,
        salt -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    tallies (questionnaire, scope, sample, half) {
        questionnaire -> Text,
        scope -> Text,
        sample -> Text,
        half -> CalendarDay,
        cells -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    feedback (serial) {
        serial -> BigInt,
        submission_id -> Id,
        receipt_hash -> Text,
        received_on -> CalendarDay,
        language -> Text,
        kind -> Nullable<Text>,
        field -> Nullable<Text>,
        respondent -> Nullable<Text>,
        channel -> Nullable<Text>,
        procedure -> Nullable<Text>,
        named_office -> Nullable<Text>,
        state -> Text,
        settled -> Nullable<Text>,
        paused -> Bool,
        office -> Nullable<Text>,
        in_tray -> Bool,
        due_on -> Nullable<CalendarDay>,
        first_due_on -> Nullable<CalendarDay>,
        answered_on -> Nullable<CalendarDay>,
        out_on -> Nullable<CalendarDay>,
        clock -> Nullable<Doc>,
        events -> BigInt,
        assignee -> Nullable<Id>,
        title -> Nullable<Text>,
        merged_into -> Nullable<BigInt>,
        withheld -> Bool,
        waits_until -> Nullable<CalendarDay>,
        unconfirmed -> Bool,
        reply -> Nullable<Text>,
        grouped -> Bool,
        forwards -> BigInt,
        appeal -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    feedback_counts (scope, received_on, settled, paused, due_on, late, beside) {
        scope -> Text,
        received_on -> CalendarDay,
        settled -> Text,
        paused -> Bool,
        due_on -> Text,
        late -> Bool,
        beside -> Text,
        n -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    feedback_events (serial, n) {
        serial -> BigInt,
        n -> BigInt,
        event -> Text,
        on_day -> CalendarDay,
        at -> Instant,
        by_part -> Text,
        officer -> Nullable<Id>,
        payload -> Doc,
        salts -> Nullable<Doc>,
        note -> Nullable<Text>,
        leaf -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    ledger_leaves (idx) {
        idx -> BigInt,
        leaf -> Text,
        response -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    ledger_tiles (level, n) {
        level -> BigInt,
        n -> BigInt,
        hashes -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::CalendarDay;

    ledger_checkpoints (size) {
        size -> BigInt,
        on_day -> CalendarDay,
        note -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    ledger_files (path) {
        path -> Text,
        content -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    ledger_marks (name) {
        name -> Text,
        value -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    ledger_cosignatures (witness) {
        witness -> Text,
        size -> BigInt,
        note -> Text,
        line -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    ledger_stamps (size) {
        size -> BigInt,
        stamp -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    feedback_texts (serial) {
        serial -> BigInt,
        original -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    feedback_topics (serial) {
        serial -> BigInt,
        topic -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    press_counts (scope, received_on) {
        scope -> Text,
        received_on -> CalendarDay,
        n -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    topic_counts (topic, received_on) {
        topic -> Text,
        received_on -> CalendarDay,
        n -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    sealed_intakes (serial) {
        serial -> BigInt,
        field -> Text,
        office -> Nullable<Text>,
        procedure -> Nullable<Text>,
        respondent -> Text,
        channel -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    feedback_answers (serial, version) {
        serial -> BigInt,
        version -> BigInt,
        title -> Text,
        question -> Text,
        answer -> Text,
        office -> Text,
        published_on -> CalendarDay,
        author -> Id,
        approver -> Id,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    feedback_drafts (serial) {
        serial -> BigInt,
        intent -> Text,
        handed_in -> Bool,
        title -> Text,
        question -> Text,
        answer -> Text,
        ground -> Nullable<Text>,
        note -> Nullable<Text>,
        returned_reason -> Nullable<Text>,
        returned_note -> Nullable<Text>,
        revision -> BigInt,
        updated_at -> Instant,
        grouped -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    draft_authors (serial, officer) {
        serial -> BigInt,
        officer -> Id,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    contacts (serial) {
        serial -> BigInt,
        sealed -> Text,
        notice -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    rights_requests (id) {
        id -> BigInt,
        serial -> BigInt,
        right_asked -> Text,
        purpose -> Nullable<Text>,
        state -> Text,
        asked_at -> Instant,
        acknowledge_by -> Nullable<CalendarDay>,
        acknowledged_at -> Nullable<Instant>,
        act_by -> Nullable<CalendarDay>,
        extended_on -> Nullable<CalendarDay>,
        ended_at -> Nullable<Instant>,
        words -> Nullable<Text>,
        sealed -> Nullable<Text>,
        reason -> Nullable<Text>,
        note -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    retention_runs (on_day, rule) {
        on_day -> CalendarDay,
        rule -> Text,
        n -> BigInt,
        last_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    breaches (id) {
        id -> BigInt,
        opened_at -> Instant,
        detected_at -> Instant,
        place -> Text,
        act -> Text,
        data_types -> Text,
        data_count -> Text,
        persons -> Text,
        consequences -> Text,
        measures -> Text,
        notified_at -> Nullable<Instant>,
        notified_to -> Nullable<Text>,
        warned_at -> Nullable<Instant>,
        revision -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    feedback_words (serial) {
        serial -> BigInt,
        stale -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Id};

    feedback_appeals (serial, n) {
        serial -> BigInt,
        n -> BigInt,
        office -> Text,
        appealed_on -> CalendarDay,
        until -> CalendarDay,
        answer -> Text,
        handed_in -> Bool,
        revision -> BigInt,
        author -> Nullable<Id>,
        approver -> Nullable<Id>,
        answered_on -> Nullable<CalendarDay>,
        returned -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    appeal_authors (serial, n, officer) {
        serial -> BigInt,
        n -> BigInt,
        officer -> Id,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    answer_authors (serial, version, officer) {
        serial -> BigInt,
        version -> BigInt,
        officer -> Id,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Instant};

    feedback_picked (serial) {
        serial -> BigInt,
        officer -> Id,
        at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    answer_templates (id) {
        id -> BigInt,
        office -> Text,
        name -> Text,
        words -> Text,
        topic -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{Id, Instant};

    feedback_presence (serial, officer) {
        serial -> BigInt,
        officer -> Id,
        at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Id;

    inbox_filters (officer, name) {
        officer -> Id,
        name -> Text,
        query -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    feedback_presses (id) {
        id -> BigInt,
        serial -> BigInt,
        officer -> Id,
        pressed_on -> CalendarDay,
        words -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    feedback_notes (id) {
        id -> BigInt,
        serial -> BigInt,
        officer -> Id,
        at -> Instant,
        words -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    files (object) {
        object -> Id,
        free_from -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    attachments (id) {
        id -> BigInt,
        receipt_hash -> Text,
        serial -> Nullable<BigInt>,
        officer -> Nullable<Id>,
        format -> Text,
        bytes -> BigInt,
        object -> Id,
        at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    improvements (id) {
        id -> BigInt,
        office -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    improvement_versions (improvement, version) {
        improvement -> BigInt,
        version -> BigInt,
        body -> Doc,
        written_by -> Id,
        written_at -> Instant,
        published_by -> Nullable<Id>,
        published_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    improvement_items (serial, improvement) {
        serial -> BigInt,
        improvement -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    audit (id) {
        id -> BigInt,
        at -> Instant,
        officer -> Nullable<Id>,
        action -> Text,
        subject -> Text,
        detail -> Doc,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::{CalendarDay, Doc, Id, Instant};

    outbox (id) {
        id -> BigInt,
        dedup -> Text,
        kind -> Text,
        payload -> Doc,
        created_at -> Instant,
        attempts -> BigInt,
        run_at -> Instant,
        locked_until -> Nullable<Instant>,
        last_error -> Nullable<Text>,
        done_at -> Nullable<Instant>,
        outcome -> Nullable<Text>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    settings,
    counters,
    offices,
    fields,
    sectors,
    procedures,
    calendar_days,
    clock_rules,
    chase_rules,
    targets,
    routing_rules,
    listed_codes,
    questionnaires,
    officers,
    officer_roles,
    sessions,
    sign_in_failures,
    officer_totp,
    recovery_codes,
    sign_in_steps,
    password_resets,
    access_tokens,
    deadline_feeds,
    absences,
    devices,
    responses,
    tallies,
    feedback,
    feedback_events,
    feedback_texts,
    feedback_topics,
    topic_counts,
    press_counts,
    sealed_intakes,
    feedback_answers,
    feedback_drafts,
    draft_authors,
    contacts,
    feedback_words,
    feedback_appeals,
    appeal_authors,
    answer_authors,
    feedback_picked,
    feedback_presence,
    answer_templates,
    inbox_filters,
    rights_requests,
    retention_runs,
    breaches,
    feedback_notes,
    feedback_presses,
    files,
    attachments,
    improvements,
    improvement_versions,
    improvement_items,
    audit,
    outbox,
    ledger_leaves,
    ledger_tiles,
    ledger_checkpoints,
    ledger_files,
    ledger_marks,
    ledger_cosignatures,
    ledger_stamps
);
