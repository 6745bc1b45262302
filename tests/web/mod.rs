//! Pages, asked as a browser asks them.

mod counter;
mod desk;
mod forms;
mod limit;
mod pages;
mod receipt;
mod search;
mod sheet;
mod unavailable;
mod visibility;
