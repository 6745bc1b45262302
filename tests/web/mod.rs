//! Pages, asked as a browser asks them.

mod counter;
mod limit;
mod sheet;
mod visibility;
