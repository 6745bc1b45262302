//! Faults and refusals. Each has one code, which is the JSON code and the
//! translation key (`errors.<code>`); `http::error` gives it a status.

use std::borrow::Cow;

/// A word or code that is not in its list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownWord {
    /// The list's name.
    pub list: &'static str,
    /// The first characters of what came.
    pub word: String,
}

impl std::fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} is not a {}", self.word, self.list)
    }
}

impl std::error::Error for UnknownWord {}

/// One fault of one field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where, as a JSON pointer into the submission: `/answers/overall`.
    pub pointer: Cow<'static, str>,
    /// The code, which is the translation key below `errors.`.
    pub code: &'static str,
    /// Numbers or words that the sentence names: `("max", "4000")`.
    pub args: Vec<(&'static str, String)>,
}

impl Fault {
    /// A fault whose sentence needs no more words.
    pub fn new(pointer: impl Into<Cow<'static, str>>, code: &'static str) -> Self {
        Self { pointer: pointer.into(), code, args: Vec::new() }
    }

    /// Adds a word that the sentence names.
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.args.push((name, value.to_string()));
        self
    }
}

super::coded::words! {
    /// Why a request as a whole was refused. The table of `docs/errors.md` and `http::error`.
    Code {
        /// Some fields have faults.
        Invalid = "invalid",
        /// The body is not what the route reads.
        Malformed = "malformed",
        /// The body is over the route's limit.
        TooLarge = "too_large",
        /// The body is of a type that the route does not read.
        UnsupportedType = "unsupported_type",
        /// Nothing here, or nothing that may be shown.
        NotFound = "not_found",
        /// No receipt has this code.
        UnknownReceipt = "unknown_receipt",
        /// The form was opened too long ago, or elsewhere.
        StaleForm = "stale_form",
        /// Signed out, or never signed in.
        SignInNeeded = "sign_in_needed",
        /// Name or password is wrong.
        WrongSignIn = "wrong_sign_in",
        /// Too many wrong attempts on this account from here.
        SignInPaused = "sign_in_paused",
        /// The code of the second factor is wrong, or was used.
        WrongCode = "wrong_code",
        /// The role asks for a second factor, and the account has none yet.
        SecondFactorNeeded = "second_factor_needed",
        /// The link was used, or is too old.
        LinkEnded = "link_ended",
        /// No access token, or one that is not taken (any more).
        TokenNeeded = "token_needed",
        /// The role or the office does not allow it.
        NotAllowed = "not_allowed",
        /// The author can't approve their own text.
        OwnText = "own_text",
        /// The item is in a state that does not allow the move.
        MoveNotPossible = "move_not_possible",
        /// Somebody else changed it in the meantime.
        ChangedMeanwhile = "changed_meanwhile",
        /// The survey is closed.
        SurveyClosed = "survey_closed",
        /// Something else was stored with the same id.
        AlreadySent = "already_sent",
        /// The device's address is unknown or ended.
        UnknownDevice = "unknown_device",
        /// The method is not for this address.
        MethodNotAllowed = "method_not_allowed",
        /// The database can't take it now; nothing was stored.
        Unavailable = "unavailable",
        /// It took too long: what was sent may have arrived, or may not.
        TooSlow = "too_slow",
        /// A fault of ours, logged once.
        Internal = "internal",
    }
}

/// Why something was not done.
#[derive(Debug)]
pub enum Problem {
    /// A form with faults, each beside its field.
    Invalid(Vec<Fault>),
    /// A refusal with one sentence.
    Refused(Code),
    /// The item's state does not allow the move; these moves are possible now.
    Move {
        /// What was tried.
        tried: &'static str,
        /// What is possible, in the order of `ACCOUNTING.md` §1.
        possible: Vec<&'static str>,
    },
    /// The store can't be reached or is busy or full: nothing was stored.
    Unavailable(String),
    /// A fault of ours; the words are for the log.
    Internal(String),
}

impl Problem {
    /// The code of the whole.
    pub fn code(&self) -> Code {
        match self {
            Self::Invalid(_) => Code::Invalid,
            Self::Refused(code) => *code,
            Self::Move { .. } => Code::MoveNotPossible,
            Self::Unavailable(_) => Code::Unavailable,
            Self::Internal(_) => Code::Internal,
        }
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self::Refused(code)
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Invalid(faults) => write!(f, "invalid: {}", faults.iter().map(|x| format!("{} {}", x.pointer, x.code)).collect::<Vec<_>>().join(", ")),
            Self::Refused(code) => write!(f, "refused: {code}"),
            Self::Move { tried, possible } => write!(f, "{tried} is not possible now; possible: {}", possible.join(", ")),
            Self::Unavailable(why) => write!(f, "unavailable: {why}"),
            Self::Internal(why) => write!(f, "internal: {why}"),
        }
    }
}

impl std::error::Error for Problem {}
