//! What a mail has to say: a variant a kind, with nothing that the kind may
//! not tell. The words are in `templates/mail/<kind>.txt.hbs` and `locales`.

use serde_json::{Value, json};

use crate::domain::chase::Timing;
use crate::domain::rights::{RequestStep, Right};
use crate::domain::time::Day;
use crate::domain::words::{AccountChange, Language, Serial, Words};
use crate::i18n;

/// What a mail tells. None has room for a receipt code, a contact or the
/// sender's own text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// To the sender: it came in.
    Received {
        /// The opinion.
        serial: Serial,
        /// The office in charge.
        office: Words,
        /// The office looks for the one that is competent.
        in_tray: bool,
        /// A complaint, which is guided and not answered.
        complaint: bool,
        /// The last day for an answer, while it is open.
        due_on: Option<Day>,
    },
    /// To the sender: an answer was published.
    Answered {
        /// The opinion.
        serial: Serial,
        /// The office that answered.
        office: Words,
        /// The item that it was merged into, and that was answered.
        through: Option<Serial>,
        /// It replaces an earlier answer.
        revised: bool,
        /// The sender may be asked whether it helped.
        asks: bool,
        /// The sender agreed to be sent the answer.
        sent: bool,
        /// Title and answer, when the public may read them.
        words: Option<(String, String)>,
    },
    /// To the sender: it is not for this service.
    Refused {
        /// The opinion.
        serial: Serial,
        /// The office that refused.
        office: Words,
        /// The ground, from the published list.
        ground: Words,
        /// Words beside the ground.
        note: Option<String>,
    },
    /// To the sender: a complaint, and where to go with it.
    Redirected {
        /// The opinion.
        serial: Serial,
        /// The office that tells.
        office: Words,
        /// The ground, from the published list.
        ground: Words,
        /// Where to go.
        guidance: String,
    },
    /// To the sender: the office needs to know more.
    Asked {
        /// The opinion.
        serial: Serial,
        /// The office that asks.
        office: Words,
        /// What it asks for.
        request: String,
        /// The last day for it.
        until: Day,
    },
    /// To an office: an opinion came to it.
    Routed {
        /// The opinion.
        serial: Serial,
        /// The office.
        office: Words,
        /// It has to find the one that is competent.
        in_tray: bool,
        /// A complaint, whose sender it has to guide.
        complaint: bool,
        /// The last day for an answer.
        due_on: Option<Day>,
    },
    /// To an approver: a text waits.
    HandedIn {
        /// The opinion.
        serial: Serial,
        /// The office that wrote it.
        office: Words,
        /// It proposes a refusal.
        refusal: bool,
        /// The last day for an answer, while there is none.
        due_on: Option<Day>,
    },
    /// To an officer: the approver gave a text back.
    Returned {
        /// The opinion.
        serial: Serial,
        /// The reason, from the published list.
        reason: Words,
    },
    /// To an officer: an opinion was given to them.
    Assigned {
        /// The opinion.
        serial: Serial,
        /// The last day for an answer.
        due_on: Option<Day>,
    },
    /// To an officer: an opinion whose sender was asked for more goes on.
    Resumed {
        /// The opinion.
        serial: Serial,
        /// Something came; else the time for it is over.
        added: bool,
        /// The last day for an answer.
        due_on: Option<Day>,
    },
    /// To a head: the sender says that the answer did not help.
    Unsolved {
        /// The opinion.
        serial: Serial,
        /// The reason, from the published list.
        reason: Words,
    },
    /// To whoever has to answer, and to the heads: somebody above asks that it be done.
    Pressed {
        /// The opinion.
        serial: Serial,
        /// The office that the one who presses is of.
        office: Words,
        /// What they say, if anything.
        words: Option<String>,
        /// The last day for an answer.
        due_on: Option<Day>,
    },
    /// To a higher office: a sender whom the answer did not help asks it.
    Appealed {
        /// The opinion.
        serial: Serial,
        /// The office that is asked.
        office: Words,
        /// Its last day for an answer.
        until: Day,
    },
    /// To administrators: nobody is left in the higher office who may answer.
    AppealStuck {
        /// The opinion.
        serial: Serial,
        /// The office that is asked.
        office: Words,
    },
    /// To the sender: the higher office answered.
    AppealAnswered {
        /// The opinion.
        serial: Serial,
        /// The higher office.
        office: Words,
        /// The answer, when the public may read it.
        answer: Option<String>,
    },
    /// To whoever has to answer, or to see that it is answered: what is due, in one letter a morning.
    Chase {
        /// What it is about, those due soonest first.
        lines: Vec<ChaseLine>,
    },
    /// To the sender: what becomes of what they asked about their data.
    Rights {
        /// The opinion.
        serial: Serial,
        /// What was asked.
        right: Right,
        /// What happened.
        step: RequestStep,
        /// The last day to act.
        act_by: Option<Day>,
        /// Why it was refused, from the published list.
        reason: Words,
        /// Words beside a refusal or an extension.
        note: Option<String>,
    },
    /// To a data-protection officer: somebody asks about their data.
    RightsWaits {
        /// The opinion.
        serial: Serial,
        /// The request's number.
        request: i64,
        /// What is asked.
        right: Right,
        /// The last day to acknowledge it.
        acknowledge_by: Option<Day>,
        /// The last day to act.
        act_by: Option<Day>,
    },
    /// To a data-protection officer: a breach was recorded, or little time is left to tell the authority of one.
    Breach {
        /// The record's number; nothing else is told.
        id: i64,
        /// Hours that are left; below 0 when the time is over.
        left: i64,
        /// Little time is left.
        due: bool,
    },
    /// To an officer: the link that sets a new password.
    PasswordReset {
        /// What the link holds.
        token: Hidden,
        /// How long it is valid, in minutes.
        minutes: i64,
    },
    /// To an officer: an administrator took their second factor away.
    TotpReset,
    /// To an officer: how their account is signed in to has changed.
    AccountChanged(AccountChange),
    /// To an officer: they stand in for a colleague.
    Deputy {
        /// Who is away.
        absent: String,
        /// The first day.
        from: Day,
        /// The last day.
        to: Day,
    },
    /// To a receiver: something waits in the sealed box.
    Sealed {
        /// Its number; nothing else may be said.
        serial: Serial,
    },
}

/// What must stand in one letter and nowhere else: it can't be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Hidden(pub String);

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hidden(…)")
    }
}

/// An opinion that somebody is reminded of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChaseLine {
    /// The opinion.
    pub serial: Serial,
    /// The office in charge.
    pub office: Words,
    /// What the reminder is counted from.
    pub timing: Timing,
    /// In working days.
    pub days: u32,
    /// The last day for an answer.
    pub due_on: Day,
    /// It is about an appeal, which has a date of its own.
    pub appeal: bool,
}

impl Notice {
    /// Its name, as in the outbox and the templates.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Received { .. } => "received",
            Self::Answered { .. } => "answered",
            Self::Refused { .. } => "refused",
            Self::Redirected { .. } => "redirected",
            Self::Asked { .. } => "asked",
            Self::Routed { .. } => "routed",
            Self::HandedIn { .. } => "handed_in",
            Self::Returned { .. } => "returned",
            Self::Assigned { .. } => "assigned",
            Self::Resumed { .. } => "resumed",
            Self::Chase { .. } => "chase",
            Self::Unsolved { .. } => "unsolved",
            Self::Pressed { .. } => "pressed",
            Self::Appealed { .. } => "appealed",
            Self::AppealStuck { .. } => "appeal_stuck",
            Self::AppealAnswered { .. } => "appeal_answered",
            Self::Rights { .. } => "rights",
            Self::RightsWaits { .. } => "rights_waits",
            Self::Breach { .. } => "breach",
            Self::PasswordReset { .. } => "password_reset",
            Self::TotpReset => "totp_reset",
            Self::AccountChanged(_) => "account_changed",
            Self::Deputy { .. } => "deputy",
            Self::Sealed { .. } => "sealed",
        }
    }

    /// The opinion that it is about, when it is about one.
    pub const fn serial(&self) -> Option<Serial> {
        match self {
            Self::Chase { .. } | Self::Breach { .. } | Self::PasswordReset { .. } | Self::TotpReset | Self::AccountChanged(_) | Self::Deputy { .. } => None,
            Self::Received { serial, .. }
            | Self::Answered { serial, .. }
            | Self::Refused { serial, .. }
            | Self::Redirected { serial, .. }
            | Self::Asked { serial, .. }
            | Self::Routed { serial, .. }
            | Self::HandedIn { serial, .. }
            | Self::Returned { serial, .. }
            | Self::Assigned { serial, .. }
            | Self::Resumed { serial, .. }
            | Self::Unsolved { serial, .. }
            | Self::Pressed { serial, .. }
            | Self::Appealed { serial, .. }
            | Self::AppealStuck { serial, .. }
            | Self::AppealAnswered { serial, .. }
            | Self::Rights { serial, .. }
            | Self::RightsWaits { serial, .. }
            | Self::Sealed { serial } => Some(*serial),
        }
    }

    /// Does it go to the person who sent the opinion?
    pub const fn is_to_sender(&self) -> bool {
        match self {
            Self::Received { .. }
            | Self::Answered { .. }
            | Self::Refused { .. }
            | Self::Redirected { .. }
            | Self::Asked { .. }
            | Self::Rights { .. }
            | Self::AppealAnswered { .. } => true,
            Self::Routed { .. }
            | Self::HandedIn { .. }
            | Self::Returned { .. }
            | Self::Assigned { .. }
            | Self::Resumed { .. }
            | Self::Chase { .. }
            | Self::Unsolved { .. }
            | Self::Pressed { .. }
            | Self::Appealed { .. }
            | Self::AppealStuck { .. }
            | Self::RightsWaits { .. }
            | Self::Breach { .. }
            | Self::PasswordReset { .. }
            | Self::TotpReset
            | Self::AccountChanged(_)
            | Self::Deputy { .. }
            | Self::Sealed { .. } => false,
        }
    }

    /// The key of its subject, which names the serial and nothing else.
    pub(super) const fn subject(&self) -> &'static str {
        match self {
            Self::Received { .. } => "mail.received.subject",
            Self::Answered { revised: false, .. } => "mail.answered.subject",
            Self::Answered { revised: true, .. } => "mail.answered.subject_revised",
            Self::Refused { .. } => "mail.refused.subject",
            Self::Redirected { .. } => "mail.redirected.subject",
            Self::Asked { .. } => "mail.asked.subject",
            Self::Routed { .. } => "mail.routed.subject",
            Self::HandedIn { .. } => "mail.handed_in.subject",
            Self::Returned { .. } => "mail.returned.subject",
            Self::Assigned { .. } => "mail.assigned.subject",
            Self::Resumed { .. } => "mail.resumed.subject",
            Self::Chase { .. } => "mail.chase.subject",
            Self::Unsolved { .. } => "mail.unsolved.subject",
            Self::Pressed { .. } => "mail.pressed.subject",
            Self::Appealed { .. } => "mail.appealed.subject",
            Self::AppealStuck { .. } => "mail.appeal_stuck.subject",
            Self::AppealAnswered { .. } => "mail.appeal_answered.subject",
            Self::Rights { .. } => "mail.rights.subject",
            Self::RightsWaits { .. } => "mail.rights_waits.subject",
            Self::Breach { due: false, .. } => "mail.breach.subject",
            Self::Breach { due: true, left: ..0, .. } => "mail.breach.subject_over",
            Self::Breach { due: true, .. } => "mail.breach.subject_due",
            Self::PasswordReset { .. } => "mail.password_reset.subject",
            Self::TotpReset => "mail.totp_reset.subject",
            Self::AccountChanged(_) => "mail.account_changed.subject",
            Self::Deputy { .. } => "mail.deputy.subject",
            Self::Sealed { .. } => "mail.sealed.subject",
        }
    }

    /// What its template may use.
    pub(super) fn sheet(&self, language: Language) -> Value {
        let day = |day: &Option<Day>| day.map(|d| i18n::long_date(language, d));
        match self {
            Self::Received { office, in_tray, complaint, due_on, .. } | Self::Routed { office, in_tray, complaint, due_on, .. } => {
                json!({"office": office.get(language), "in_tray": in_tray, "complaint": complaint, "due": day(due_on)})
            }
            Self::Answered { office, through, revised, asks, sent, words, .. } => {
                let through = through.map(|s| s.to_string());
                let (title, answer) = words.as_ref().filter(|_| *sent).map(|(title, answer)| (title.as_str(), answer.as_str())).unzip();
                json!({"office": office.get(language), "through": through, "revised": revised, "asks": asks, "sent": sent, "title": title, "answer": answer})
            }
            Self::Refused { office, ground, note, .. } => json!({"office": office.get(language), "ground": ground.get(language), "note": note}),
            Self::Redirected { office, ground, guidance, .. } => {
                json!({"office": office.get(language), "ground": ground.get(language), "guidance": guidance})
            }
            Self::HandedIn { office, refusal, due_on, .. } => json!({"office": office.get(language), "refusal": refusal, "due": day(due_on)}),
            Self::Returned { reason, .. } | Self::Unsolved { reason, .. } => json!({"reason": reason.get(language)}),
            Self::Pressed { office, words, due_on, .. } => json!({"office": office.get(language), "words": words, "due": day(due_on)}),
            Self::Assigned { due_on, .. } => json!({"due": day(due_on)}),
            Self::Asked { office, request, until, .. } => {
                json!({"office": office.get(language), "request": request, "until": i18n::long_date(language, *until)})
            }
            Self::Chase { lines } => {
                let line = |line: &ChaseLine| {
                    let key = match (line.timing, line.days) {
                        (Timing::Half, _) => "mail.chase.half",
                        (Timing::Before, _) => "mail.chase.before",
                        (Timing::After, 1) => "mail.chase.late",
                        (Timing::After, _) => "mail.chase.late_days",
                    };
                    let mut why = i18n::tr(language, key, &[("n", line.days.to_string())]);
                    if line.appeal {
                        why = i18n::tr(language, "mail.chase.appeal", &[("why", why)]);
                    }
                    json!({"serial": line.serial.to_string(), "office": line.office.get(language), "why": why, "due": i18n::date(line.due_on)})
                };
                json!({"n": lines.len(), "lines": lines.iter().map(line).collect::<Vec<_>>()})
            }
            Self::Appealed { office, until, .. } => json!({"office": office.get(language), "until": i18n::long_date(language, *until)}),
            Self::AppealStuck { office, .. } => json!({"office": office.get(language), "path": "/quan-tri/tai-khoan"}),
            Self::AppealAnswered { office, answer, .. } => json!({"office": office.get(language), "answer": answer}),
            Self::Resumed { added, due_on, .. } => json!({"added": added, "due": day(due_on)}),
            Self::Rights { right, step, act_by, reason, note, .. } => json!({
                "what": i18n::t(language, &format!("rights.what.{right}")),
                "step": i18n::t(language, &format!("mail.rights.step_{step}")),
                "until": day(act_by).filter(|_| matches!(step, RequestStep::Asked | RequestStep::Acknowledged | RequestStep::Extended)),
                "reason": reason.get(language),
                "note": note,
            }),
            Self::RightsWaits { request, right, acknowledge_by, act_by, .. } => json!({
                "what": i18n::t(language, &format!("rights.what.{right}")),
                "request": request,
                "acknowledge_by": day(acknowledge_by),
                "until": day(act_by),
            }),
            Self::Breach { id, left, due } => json!({"id": id, "left": left, "over": *left < 0, "due": due}),
            Self::PasswordReset { token, minutes } => json!({"path": format!("/dang-nhap/dat-lai/{}", token.0), "minutes": minutes}),
            Self::TotpReset => json!({"path": "/can-bo/tai-khoan/xac-thuc"}),
            Self::AccountChanged(change) => json!({"path": "/can-bo/tai-khoan", "what": i18n::t(language, &format!("mail.account_changed.{change}"))}),
            Self::Deputy { absent, from, to } => {
                json!({"path": "/can-bo", "absent": absent, "from": i18n::long_date(language, *from), "to": i18n::long_date(language, *to)})
            }
            Self::Sealed { .. } => json!({}),
        }
    }
}
