//! The real engine, held against a model of the world around it. `docs/laws.md` tells how to read what fails here.

mod audit;
mod crash;
mod random;
mod stories;
mod tiny;
