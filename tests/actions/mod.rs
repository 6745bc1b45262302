//! What people do, on both databases.

mod account;
mod catalogue;
mod feedback;
mod figures;
mod intake;
mod merging;
mod recount;
mod reply;
mod sealing;
mod supplement;
