//! Whatever a program prints, sends and is seen to do: everything that is made of it can be made, is no larger than what it was
//! made of, and has no character in it that commands a terminal or breaks a picture.
#![expect(unsafe_code, reason = "an allocator that counts is one that allocates")]

mod everything;
mod floods;
mod made;
mod memory;
mod observations;
mod terminal;
