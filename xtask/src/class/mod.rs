//! Grading submissions: one, or those of a whole class.
//!
//! | module    | what it is                                                             |
//! |-----------|------------------------------------------------------------------------|
//! | [`find`]  | the submissions of a class, as learning platforms export them          |
//! | [`batch`] | all of them through one pool of labs, with nothing done twice          |
//! | [`key`]   | what a result depends on                                               |
//! | [`store`] | the results, kept as each check ends                                   |
//! | [`progress`] | how far it has come                                                 |

pub mod batch;
pub mod find;
pub mod key;
pub mod progress;
pub mod store;
