//! What people do, on both databases.

mod absence;
mod account;
mod appeal;
pub mod attachment;
mod catalogue;
mod feedback;
mod figures;
mod improvement;
mod intake;
mod merging;
mod password;
mod press;
mod recount;
mod reply;
mod rights;
mod sealing;
mod supplement;
mod topic;
mod totp;
