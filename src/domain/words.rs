//! The closed lists of the field, under the names of DESIGN.md §2.

use super::coded::{code, words};

words! {
    /// The kind of message (DOMAIN.md §2.6).
    Kind {
        /// Góp ý.
        Suggestion = "suggestion",
        /// Phản ánh.
        Report = "report",
        /// Kiến nghị.
        Recommendation = "recommendation",
        /// Hỏi đáp.
        Question = "question",
        /// Khen ngợi.
        Praise = "praise",
        /// Khiếu nại: shown as a shell, and told where to go.
        Complaint = "complaint",
        /// Tố cáo: sealed in the transaction that stores it.
        Denunciation = "denunciation",
    }
}

words! {
    /// What a question asks for, beside an answer (the plan's "hỗ trợ, tư vấn"). Of no other kind.
    Topic {
        /// Hỗ trợ: help with doing something.
        Support = "support",
        /// Tư vấn: advice on what to do.
        Advice = "advice",
    }
}

words! {
    /// What changed in how somebody signs in, as their mailbox is told.
    AccountChange {
        /// Another password.
        Password = "password",
        /// A second factor is asked for.
        TotpOn = "totp_on",
        /// No second factor is asked for any more.
        TotpOff = "totp_off",
        /// New recovery codes in the place of the old ones.
        RecoveryNew = "recovery_new",
        /// A recovery code was used up.
        RecoveryUsed = "recovery_used",
        /// A new access token.
        Token = "token",
        /// Another address for mail: told to the one before.
        Email = "email",
    }
}

words! {
    /// Who speaks.
    Respondent {
        /// Người dân.
        Citizen = "citizen",
        /// Doanh nghiệp.
        Enterprise = "enterprise",
        /// Tổ chức.
        Organisation = "organisation",
    }
}

words! {
    /// How it came in (DOMAIN.md §1.4).
    Channel {
        /// The public pages, on one's own device.
        Web = "web",
        /// The JSON interface.
        Api = "api",
        /// A tablet at a counter.
        Kiosk = "kiosk",
        /// Entered by a clerk or collaborator beside the person.
        Assisted = "assisted",
        /// Entered from paper.
        Paper = "paper",
    }
}

words! {
    /// How the respondents came to answer. Samples are never pooled (ACCOUNTING.md §5).
    Sample {
        /// Invited from a drawn list.
        Drawn = "drawn",
        /// Tied to a dossier or a counter.
        Verified = "verified",
        /// Anyone.
        Open = "open",
    }
}

words! {
    /// The part somebody plays in an event; the ledger's `by`. Never a name.
    By {
        /// The person who sent the opinion.
        Sender = "sender",
        /// An officer of the office in charge.
        Officer = "officer",
        /// The one who approves and publishes.
        Approver = "approver",
        /// The head of the office.
        Head = "head",
        /// A supervisor.
        Supervisor = "supervisor",
        /// The denunciation receiver.
        Receiver = "receiver",
        /// The service itself.
        System = "system",
    }
}

words! {
    /// What an account may be (DESIGN.md §1). An account can have several.
    Role {
        /// Người xử lý: takes and answers.
        Officer = "officer",
        /// Người duyệt công khai: approves or returns.
        Approver = "approver",
        /// Lãnh đạo đơn vị: assigns, forwards, sees the whole office.
        Head = "head",
        /// Giám sát, đôn đốc: reads everything published and every count.
        Supervisor = "supervisor",
        /// Người tiếp nhận tố cáo: the only one who sees a denunciation.
        Receiver = "receiver",
        /// Cán bộ bảo vệ dữ liệu.
        DataProtection = "data_protection",
        /// Người thiết kế phiếu khảo sát.
        Designer = "designer",
        /// Cán bộ tại quầy, cộng tác viên.
        Clerk = "clerk",
        /// Quản trị hệ thống.
        Administrator = "administrator",
    }
}

words! {
    /// What the sender allows their contact to be used for, each on its own (DOMAIN.md §3.1).
    Purpose {
        /// To send the answer.
        Answer = "answer",
        /// To ask when something is unclear.
        Ask = "ask",
        /// To ask whether the answer helped.
        Survey = "survey",
    }
}

words! {
    /// A language that people read here.
    Language {
        /// Tiếng Việt.
        Vi = "vi",
        /// English.
        En = "en",
        /// ភាសាខ្មែរ.
        Km = "km",
    }
}

code! {
    /// An office: `kcn-vp`, `31507`.
    OfficeCode
}
code! {
    /// A field that people choose: `land`.
    FieldCode
}
code! {
    /// A procedure's key: its national code, or a slug where it has none.
    ProcedureKey
}
code! {
    /// A reason or ground of a published list (`data/codes.csv`).
    Ground
}
code! {
    /// What a target is set for: `land`, `construction`, `investment`, `other`.
    TargetGroup
}
code! {
    /// A questionnaire's stable name.
    Slug
}
code! {
    /// The name of a version of the notice on personal data.
    NoticeVersion
}
code! {
    /// A question's stable id within its questionnaire.
    QuestionId
}

impl Kind {
    /// Kinds whose text is never shown in public (DOMAIN.md §2.6).
    pub const fn is_withheld(self) -> bool {
        match self {
            Self::Complaint | Self::Denunciation => true,
            Self::Suggestion | Self::Report | Self::Recommendation | Self::Question | Self::Praise => false,
        }
    }
}

/// The public number of an opinion, gap-free over the whole deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Serial(pub i64);

impl std::fmt::Display for Serial {
    /// As people read it: `HD-001158`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HD-{:06}", self.0)
    }
}

impl std::str::FromStr for Serial {
    type Err = super::error::UnknownWord;

    /// Takes `1158`, `001158`, `HD-001158` and `hd 1158`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || super::error::UnknownWord { list: "Serial", word: text.chars().take(40).collect() };
        let digits = text.trim();
        let digits = match digits.get(..2) {
            Some(head) if head.eq_ignore_ascii_case("hd") => digits.get(2..).unwrap_or_default().trim_start_matches(['-', ' ']),
            _ => digits,
        };
        if digits.is_empty() || digits.len() > 15 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(unknown());
        }
        digits.parse().ok().filter(|n| *n > 0).map(Self).ok_or_else(unknown)
    }
}

/// The same words in the three languages; Vietnamese is always there.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Words {
    /// Vietnamese.
    pub vi: String,
    /// English; empty when not translated.
    #[serde(default)]
    pub en: String,
    /// Khmer; empty when not translated.
    #[serde(default)]
    pub km: String,
}

impl Words {
    /// The words in a language, in Vietnamese when they were not translated.
    pub fn get(&self, language: Language) -> &str {
        let wanted = match language {
            Language::Vi => &self.vi,
            Language::En => &self.en,
            Language::Km => &self.km,
        };
        if wanted.is_empty() { &self.vi } else { wanted }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_serial_is_read_in_every_form_that_people_write() {
        for text in ["1158", "001158", "HD-001158", "hd-1158", " HD 1158 "] {
            assert_eq!(text.parse::<Serial>().unwrap(), Serial(1158), "{text}");
        }
        for text in ["", "HD-", "0", "-5", "1e3", "HD-2026-01158", "99999999999999999999", "១"] {
            assert!(text.parse::<Serial>().is_err(), "{text}");
        }
        assert_eq!(Serial(1158).to_string(), "HD-001158");
    }
}
