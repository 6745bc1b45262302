//! What people do, on both databases.

mod feedback;
mod figures;
mod intake;
mod merging;
mod sealing;
