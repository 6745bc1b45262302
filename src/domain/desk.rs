//! What an officer's list of work can show: one part of it at a time.

/// A deadline is soon when it is no more than so many working days away.
pub const SOON: u32 = 3;

super::coded::words! {
    /// A part of what waits at the desk.
    View {
        /// Everything that is open at the offices that the officer works for.
        All = "all",
        /// Late.
        Overdue = "overdue",
        /// Due within [`SOON`] working days.
        Soon = "soon",
        /// The officer's own.
        Mine = "mine",
        /// Those of colleagues who are away and whose deputy the officer is.
        Deputy = "deputy",
        /// Without an office in charge yet.
        Tray = "tray",
        /// Texts that wait for an approver.
        Approve = "approve",
        /// Answers that did not help, and that the officer's office is asked to look at again.
        Appeals = "appeals",
        /// All that the officer works for, also what is done.
        Any = "any",
        /// Denunciations that their receiver has not confirmed.
        Sealed = "sealed",
        /// Denunciations that their receiver has confirmed.
        Confirmed = "confirmed",
    }
}
