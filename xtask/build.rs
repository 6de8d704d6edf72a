//! Makes the table tests see a file that is new: rstest's `#[files]` looks for files when it is compiled.

fn main() {
    println!("cargo::rerun-if-changed=../exercises");
    println!("cargo::rerun-if-changed=../solutions/python");
}
