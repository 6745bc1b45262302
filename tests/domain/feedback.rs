//! The life of an opinion.
