//! Where everything is kept: the same on both databases.

mod parity;
mod transactions;
