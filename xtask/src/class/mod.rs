//! Grading submissions: one, or those of a whole class, as an instructor has them on disk.
//!
//! | module       | what it is                                                              |
//! |--------------|-------------------------------------------------------------------------|
//! | [`find`]     | which submissions the paths of a command line mean                      |
//! | [`entry`]    | one submission of a class, and what makes it a folder that can be graded |
//! | [`digest`]   | whether a submission is still the same: by its content, or by metadata  |
//! | [`shard`]    | a part of a class, for one machine of several                           |
//! | `exports`    | the names that learning platforms give to files and folders, one a file |
//! | `look`       | what a folder has in it, and where in it a submission lies              |
//! | `sort`       | which of many files and folders are whose                               |
//! | `names`      | names that are unique and safe to show                                  |
//! | [`batch`]    | all of them through one pool of labs, with nothing done twice           |
//! | [`key`]      | what a result depends on                                                |
//! | [`store`]    | the results, kept as each check ends                                    |
//! | [`progress`] | how far it has come                                                     |

pub mod batch;
pub mod digest;
pub mod entry;
mod exports;
pub mod find;
pub mod key;
mod look;
mod names;
pub mod progress;
pub mod shard;
mod sort;
pub mod store;
