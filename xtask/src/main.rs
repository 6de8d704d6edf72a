//! Netlings' command line.

fn main() {
    for exercise in exercises::EXERCISES {
        println!("{exercise}");
    }
}
