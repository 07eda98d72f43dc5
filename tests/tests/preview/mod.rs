//! What a preview shows, what is written of it, and what a run says when it finds something else.

mod csv;
mod drift;
mod rows;
mod trial;
