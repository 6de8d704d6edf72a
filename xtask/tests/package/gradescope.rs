//! `run_autograder` as Gradescope runs it: in a container, on what a student has handed in. Of `setup.sh` only what it leaves is
//! there: that it compiles the grader costs minutes.

use super::results::mistakes;
use super::{course, folder, program, put, root};
use rstest::rstest;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::inotify;
use rustix::process::{Pid, PidfdFlags, Signal, geteuid, kill_process_group, pidfd_open};
use serde_json::Value;
use std::fs;
use std::io::ErrorKind;
use std::mem::MaybeUninit;
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// Gradescope's folder, as it is when the image has been built.
struct Autograder {
    dir: TempDir,
}

impl Autograder {
    /// With this course, if one is given. Of the bundle there is what a student's program could want.
    fn new(course: Option<&Path>) -> Self {
        let dir = folder();
        let at = |path: &str| dir.path().join(path);
        let answer = "solutions/python/tcp_server.py";
        put(&at("source/grader").join(answer), &program(answer));
        if let Some(course) = course {
            put(&at("source/course.toml"), &fs::read_to_string(course).unwrap());
        }
        for folder in ["submission", "work/release"] {
            fs::create_dir_all(at(folder)).unwrap();
        }
        // Not by us: a test beside this one that starts a program just now would have the copy open, which then could not be run.
        copy(&root().join("xtask/ci/gradescope/run_autograder"), &at("run_autograder"));
        copy(Path::new(env!("CARGO_BIN_EXE_xtask")), &at("work/release/xtask"));
        copy(Path::new(env!("CARGO_BIN_EXE_container")), &at("container"));
        Self { dir }
    }

    fn hand_in(&self, file: &str, text: &str) {
        put(&self.dir.path().join("submission").join(file), text);
    }

    fn results(&self) -> PathBuf {
        self.dir.path().join("results/results.json")
    }

    /// What Gradescope does, in this container or, without one, beside us.
    fn command(&self, container: &[&str]) -> Command {
        let mut command = match container {
            [] => Command::new(self.dir.path().join("run_autograder")),
            [container, options @ ..] => {
                let mut command = Command::new(self.dir.path().join(container));
                command.args(options).arg(self.dir.path().join("run_autograder"));
                command
            }
        };
        command.env("AUTOGRADER", self.dir.path()).env("PATH", "/usr/local/bin:/usr/bin:/bin").current_dir(&self.dir);
        command
    }

    fn run(&self) -> (Output, Value) {
        if geteuid().is_root() {
            // Root in the container is somebody else outside, to whom all of this belongs.
            assert!(Command::new("chown").args(["-R", "65534:65534"]).arg(self.dir.path()).status().unwrap().success());
        }
        let output = self.command(&["container"]).output().unwrap();
        let results = self.read().unwrap_or_else(|| panic!("{output:?}"));
        (output, results)
    }

    /// The results, which are whole and right whenever they are looked at.
    fn read(&self) -> Option<Value> {
        let text = match fs::read_to_string(self.results()) {
            Err(error) if error.kind() == ErrorKind::NotFound => return None,
            text => text.unwrap(),
        };
        let results: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        assert_eq!(mistakes(&results), [""; 0], "{results:#}");
        Some(results)
    }
}

fn copy(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg(from).arg(to).status().unwrap().success());
}

/// The tests of results, by name, each with what it says.
fn tests(results: &Value) -> Vec<(&str, &str)> {
    let tests = results["tests"].as_array().unwrap().iter();
    tests.map(|test| (test["name"].as_str().unwrap(), test["extra_data"]["verdict"].as_str().unwrap())).collect()
}

/// Two checks, in a container.
fn graded(hand_in: impl FnOnce(&Autograder)) -> (Autograder, Output, Value) {
    let dir = folder();
    let autograder = Autograder::new(Some(&course(dir.path())));
    hand_in(&autograder);
    let (output, results) = autograder.run();
    (autograder, output, results)
}

#[test]
fn a_right_program_has_all_points_and_the_course_says_who_sees_what() {
    let (_autograder, output, results) =
        graded(|autograder| autograder.hand_in("tcp_server.py", &program("solutions/python/tcp_server.py")));
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(tests(&results), [("tcp_server::one_client", "pass"), ("tcp_server::utf8_text", "pass")]);
    assert_eq!(results["score"], 3);
    let visible = |index: usize| results["tests"][index]["visibility"].as_str();
    assert_eq!((visible(0), visible(1)), (Some("visible"), Some("hidden")));
    assert_eq!(results["extra_data"]["finished"], true);
    // As on Gradescope: and it is said.
    assert_eq!(results["extra_data"]["isolation"][0]["level"], "borrowed");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("labs of their own cannot be made here"), "{said}");
}

#[test]
fn what_a_wrong_program_fails_is_told() {
    let wrong = program("exercises/tcp_server/wrong/answers_in_gbk.py");
    let (_autograder, output, results) = graded(|autograder| autograder.hand_in("tcp_server.py", &wrong));
    assert_eq!((output.status.code(), &results["score"]), (Some(0), &Value::from(0)), "{output:?}");
    assert_eq!(results["tests"][0]["status"], "failed");
    let told = results["tests"][0]["output"].as_str().unwrap();
    assert!(told.contains("GBK"), "{told}");
}

#[test]
fn what_does_not_compile_is_told_with_the_compilers_words() {
    let (_autograder, output, results) = graded(|autograder| autograder.hand_in("tcp_server.c", "int main( {\n"));
    assert_eq!((output.status.code(), &results["score"]), (Some(0), &Value::from(0)), "{output:?}");
    let told = results["tests"][0]["output"].as_str().unwrap();
    assert!(told.contains("tcp_server.c:1:"), "{told}");
}

/// It tries to give itself points, to look at the right answer, and to end the grader.
#[test]
fn a_hostile_program_gets_at_nothing() {
    let hostile = r#"
import os, signal, sys
tries = {
    "writes results": lambda: open("AUTOGRADER/results/results.json", "w"),
    "makes results": lambda: open("AUTOGRADER/results/more.json", "x"),
    "removes results": lambda: os.unlink("AUTOGRADER/results/results.json"),
    "lists answers": lambda: os.listdir("AUTOGRADER/source/grader/solutions/python"),
    "reads the answer": lambda: open("AUTOGRADER/source/grader/solutions/python/tcp_server.py").read(),
    "changes run_autograder": lambda: open("AUTOGRADER/run_autograder", "a"),
    "changes the grader": lambda: os.rename("AUTOGRADER/work/release/xtask", "AUTOGRADER/work/release/old"),
    "ends the grader": lambda: os.kill(os.getppid(), signal.SIGKILL),
}
for name, attempt in tries.items():
    try:
        attempt()
        print("succeeded:", name, file=sys.stderr)
    except OSError:
        print("refused:", name, file=sys.stderr)
sys.exit(1)
"#;
    let (autograder, output, results) = graded(|autograder| {
        let own = autograder.dir.path().to_str().unwrap();
        autograder.hand_in("tcp_server.py", &hostile.replace("AUTOGRADER", own));
    });
    assert_eq!((output.status.code(), &results["score"]), (Some(0), &Value::from(0)), "{output:?}");
    let told = results["tests"][0]["output"].as_str().unwrap();
    assert!(told.contains("refused: ends the grader") && !told.contains("succeeded"), "{told}");
    assert_eq!(tests(&results), [("tcp_server::one_client", "fail"), ("tcp_server::utf8_text", "fail")]);
    assert_eq!(fs::read_dir(autograder.results().parent().unwrap()).unwrap().count(), 1);
}

/// A link would be graded as what it leads to.
#[test]
fn a_link_to_the_answer_is_no_program() {
    let (_autograder, output, results) = graded(|autograder| {
        let answer = autograder.dir.path().join("source/grader/solutions/python/tcp_server.py");
        symlink(answer, autograder.dir.path().join("submission/tcp_server.py")).unwrap();
    });
    assert_eq!((output.status.code(), &results["score"]), (Some(0), &Value::from(0)), "{output:?}");
}

#[rstest]
#[case::a_folder("homework/tcp_server.py", 3)]
#[case::a_folder_in_a_folder("homework/one/tcp_server.py", 3)]
#[case::another_name("server.py", 0)]
fn who_hands_in_a_folder_means_what_is_in_it(#[case] file: &str, #[case] score: u32) {
    let (_autograder, output, results) = graded(|autograder| {
        autograder.hand_in(file, &program("solutions/python/tcp_server.py"));
        autograder.hand_in("__MACOSX/._tcp_server.py", "");
    });
    assert_eq!((output.status.code(), &results["score"]), (Some(0), &Value::from(score)), "{output:?}");
}

/// Whatever cannot be graded has no points and a word about it, and Gradescope is not told of a trouble that is none.
#[test]
fn several_folders_are_no_submission() {
    let (_autograder, output, results) = graded(|autograder| {
        for folder in ["one", "two"] {
            autograder.hand_in(&format!("{folder}/tcp_server.py"), &program("solutions/python/tcp_server.py"));
        }
    });
    assert_eq!((output.status.code(), &results["score"]), (Some(0), &Value::from(0)), "{output:?}");
    assert!(!results["output"].as_str().unwrap().is_empty());
}

/// The student sees nothing but these results, and the instructor's log nobody else.
#[rstest]
#[case::nothing(&[], "no program found")]
#[case::another_name(&["udpsender.py"], "no program found")]
fn what_cannot_be_graded_says_why(#[case] files: &[&str], #[case] why: &str) {
    let (_autograder, output, results) = graded(|autograder| {
        files.iter().for_each(|file| autograder.hand_in(file, "print()"));
    });
    assert_eq!((output.status.code(), &results["score"]), (Some(0), &Value::from(0)), "{output:?}");
    let said = results["output"].as_str().unwrap();
    assert!(said.starts_with(why) && said.contains("tcp_server.py") && !said.contains("ended before"), "{results}");
    assert!(!results.to_string().contains("ended before"), "{results}");
}

/// Gradescope kills what takes too long. The program waits a second wherever it waits, so the end is far when this ends it.
#[test]
fn what_was_found_until_it_is_killed_stays() {
    let autograder = Autograder::new(None);
    autograder.hand_in("zero_length_recv.py", &program("exercises/zero_length_recv/right/looks_every_second.py"));
    fs::create_dir(autograder.results().parent().unwrap()).unwrap();
    let watch = inotify::init(inotify::CreateFlags::CLOEXEC).unwrap();
    inotify::add_watch(&watch, autograder.results().parent().unwrap(), inotify::WatchFlags::MOVED_TO).unwrap();
    let mut command = autograder.command(&[]);
    let mut child = command.process_group(0).stdout(Stdio::null()).spawn().unwrap();
    let pidfd = pidfd_open(Pid::from_child(&child), PidfdFlags::empty()).unwrap();
    let mut buffer = [MaybeUninit::uninit(); 4096];
    let mut events = inotify::Reader::new(&watch, &mut buffer);
    let finished = |results: &Value| {
        let of = tests(results).into_iter().filter(|(name, _)| name.starts_with("zero_length_recv::"));
        of.filter(|(_, verdict)| *verdict != "not_yet").count()
    };
    // It is replaced each time, and each time it is whole.
    while autograder.read().is_none_or(|results| finished(&results) == 0) {
        // Whichever comes first: a file that is replaced, or the end, which is too early.
        let mut both = [PollFd::new(&watch, PollFlags::IN), PollFd::new(&pidfd, PollFlags::IN)];
        poll(&mut both, None).unwrap();
        assert!(both[1].revents().is_empty(), "it has ended by itself");
        events.next().unwrap();
    }
    kill_process_group(Pid::from_child(&child), Signal::KILL).unwrap();
    child.wait().unwrap();
    let results = autograder.read().unwrap();
    assert_eq!(results["extra_data"]["finished"], false);
    let all = exercises::load("zero_length_recv").unwrap().checks.len();
    let finished = finished(&results);
    assert!(finished > 0 && finished < all, "{finished} of {all}");
    assert!(results["score"].as_u64().unwrap() > 0);
    assert!(results["output"].as_str().unwrap().contains("Grading was ended before all checks had run."));
}
