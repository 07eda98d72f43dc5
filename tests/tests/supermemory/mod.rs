//! Supermemory: the fake that stands for it.

mod fake;
