//! The only place that asks what time it is. Everything else gets a [`Moment`].

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::domain::time::Moment;

/// Where the present moment comes from.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// A clock that is set by hand, in microseconds: for tests and the sample life.
    Set(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at a moment until it is set to another.
    pub fn standing(at: Moment) -> Self {
        Self::Set(Arc::new(AtomicI64::new(at.micros())))
    }

    /// Sets a standing clock; the machine's clock can't be set.
    pub fn set(&self, to: Moment) {
        if let Self::Set(micros) = self {
            micros.store(to.micros(), Ordering::SeqCst);
        }
    }

    /// The present moment.
    pub fn now(&self) -> Moment {
        match self {
            Self::System => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Moment::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
            }
            Self::Set(micros) => Moment::from_micros(micros.load(Ordering::SeqCst)),
        }
    }
}
