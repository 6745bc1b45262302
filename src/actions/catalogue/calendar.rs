//! A day of the calendar as it is typed; `actions::calendar` puts it in.

use serde::{Deserialize, Serialize};

use super::Check;
use crate::domain::calendar::CalendarDay;
use crate::domain::error::Problem;

/// What an administrator types of a day of the calendar.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DayForm {
    /// Which day.
    pub day: String,
    /// What it is.
    pub kind: String,
    /// Decided or proposed.
    pub status: String,
    /// Its name in Vietnamese.
    pub name_vi: String,
    /// Its name in English.
    pub name_en: String,
    /// Its name in Khmer.
    pub name_km: String,
    /// The decision that this rests on.
    pub source: String,
}

impl From<&CalendarDay> for DayForm {
    fn from(d: &CalendarDay) -> Self {
        Self {
            day: d.day.to_string(),
            kind: d.kind.to_string(),
            status: d.status.to_string(),
            name_vi: d.name.vi.clone(),
            name_en: d.name.en.clone(),
            name_km: d.name.km.clone(),
            source: d.source.clone(),
        }
    }
}

impl DayForm {
    /// The day that was typed, for [`crate::actions::calendar::put`].
    pub fn parse(&self) -> Result<CalendarDay, Problem> {
        let mut check = Check::default();
        let day = check.day("/day", &self.day);
        let kind = check.word("/kind", &self.kind, "not_a_choice");
        let status = check.word("/status", &self.status, "not_a_choice");
        let name = check.names(&self.name_vi, &self.name_en, &self.name_km);
        let source = check.source(&self.source);
        match (day, kind, status) {
            (Some(day), Some(kind), Some(status)) if check.clean() => Ok(CalendarDay { day, kind, status, name, source }),
            _ => Err(check.into()),
        }
    }
}
