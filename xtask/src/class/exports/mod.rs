//! The names that learning platforms give to files and folders when a class is exported. Each file takes such a name apart,
//! and knows nothing of what to do with it.
//!
//! Two exports need nothing here, because every folder or archive in a class is a submission with its name. GitHub Classroom
//! clones each repository into `<assignment>-submissions/<assignment>-<user>`
//! (github/gh-classroom, `cmd/gh-classroom/clone/student-repos`), and by hand it is done in the same way.

pub(super) mod canvas;
pub(super) mod gradescope;
pub(super) mod moodle;

/// Whether this can be the name of one file.
fn is_file_name(name: &str) -> bool {
    !matches!(name, "" | "." | "..") && !name.contains(['/', '\0'])
}
