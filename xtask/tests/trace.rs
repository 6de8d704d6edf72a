//! `trace` as a person uses it: the programs of the lecture notes, as they stand.

use assert_cmd::Command;
use assert_cmd::cargo::cargo_bin_cmd;
use rstest::rstest;
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;
use tempfile::TempDir;

const PASSWORD_SERVER: &str = "\
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.bind(('127.0.0.1', 1111))
s.listen(5)
print('正在监听...')
while True:
    sock,addr = s.accept()
    sock.send('请输入密码:'.encode('utf8'))

    res = sock.recv(1024).decode('utf8')

    if res == '123':
        sock.send('进入成功'.encode('utf8'))
    else:
        sock.send('密码错误'.encode('utf8'))
";
const PASSWORD_CLIENT: &str = "\
import socket

s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.connect(('127.0.0.1', 1111))
print('连接成功')
message = s.recv(1024).decode('utf8')
print(message)
password = input()
s.send(password.encode('utf8'))
message = s.recv(1024).decode('utf8')
print(message)
";
const ECHO_SERVER: &str = "\
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(('localhost', 9999))
data, addr = s.recvfrom(1024)
print(data.decode())
s.sendto(data,addr)
";
const ECHO_CLIENT: &str = "\
import socket

c = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
c.connect(('localhost', 9999))
c.send('你好'.encode())
print(c.recv(1024).decode())
print('结束')
c.close()
";
/// Closes first, and so holds TIME_WAIT.
const GREETING_SERVER: &str = "\
use std::io::{Read, Write};
fn main() {
    let listener = std::net::TcpListener::bind(\"192.168.131.62:8080\").unwrap();
    let (mut client, _) = listener.accept().unwrap();
    let mut text = [0; 1024];
    let len = client.read(&mut text).unwrap();
    println!(\"{len} bytes\");
    client.write_all(\"ok, 问题正在处理中...\".as_bytes()).unwrap();
}
";
const GREETING_CLIENT: &str = "\
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.connect(('192.168.131.62', 8080))
s.send('你好服务端，我是客户端小黑!'.encode('gbk'))
while s.recv(1024): pass
s.close()
";

/// A folder with the programs, which the user of a lab can read.
fn folder() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let files = [
        ("password_server.py", PASSWORD_SERVER),
        ("password_client.py", PASSWORD_CLIENT),
        ("echo_server.py", ECHO_SERVER),
        ("echo_client.py", ECHO_CLIENT),
        ("greeting_server.rs", GREETING_SERVER),
        ("greeting_client.py", GREETING_CLIENT),
    ];
    for (name, text) in files {
        fs::write(dir.path().join(name), text).unwrap();
        fs::set_permissions(dir.path().join(name), fs::Permissions::from_mode(0o644)).unwrap();
    }
    dir
}

fn trace(dir: &TempDir, args: &[&str]) -> Command {
    let mut command = cargo_bin_cmd!("xtask");
    command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").current_dir(dir.path()).arg("trace").args(args);
    command
}

/// What was written to both streams, and the exit code.
fn said(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    format!("{text}exit {}\n", output.status.code().unwrap())
}

#[rstest]
#[case::password("password", &["--with", "python3 password_client.py", "--", "python3", "password_server.py"], "123\n")]
#[case::echo("echo", &["--with", "python3 echo_client.py", "--", "python3", "echo_server.py"], "")]
#[case::greeting(
    "greeting",
    &["--address", "192.168.131.62", "--with", "python3 greeting_client.py", "./greeting_server.rs"],
    ""
)]
fn two_programs_of_the_notes_are_drawn_the_same_on_every_run(
    #[case] name: &str,
    #[case] args: &[&str],
    #[case] typed: &str,
) {
    let dir = folder();
    let first = said(trace(&dir, args).write_stdin(typed));
    assert_eq!(said(trace(&dir, args).write_stdin(typed)), first);
    insta::assert_snapshot!(name, first);
}

#[test]
fn the_packets_are_kept_with_what_was_done_as_comments() {
    let dir = folder();
    let args = ["--pcap", "t.pcapng", "--with", "python3 password_client.py", "--", "python3", "password_server.py"];
    let said = said(trace(&dir, &args).write_stdin("123\n"));
    assert!(said.contains("The packets are in t.pcapng."), "{said}");
    let file = fs::read(dir.path().join("t.pcapng")).unwrap();
    assert_eq!(file[..4], [0x0a, 0x0d, 0x0d, 0x0a]);
    let has = |text: &str| file.windows(text.len()).any(|window| window == text.as_bytes());
    for text in ["start password_client.py", "type \"123\\n\" (4 bytes) into password_client.py", "进入成功"] {
        assert!(has(text), "{text}");
    }
}

#[test]
fn ctrl_c_ends_it_with_the_whole_drawing() {
    let dir = folder();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(["trace", "--svg", "server.svg", "--", "python3", "password_server.py"]).current_dir(dir.path());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut text = String::new();
    while !text.contains("waits in accept4") {
        assert_ne!(output.read_line(&mut text).unwrap(), 0, "{text}");
    }
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    output.read_to_string(&mut text).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{text}");
    assert!(text.ends_with("\nThe trace was ended.\nThe picture is in server.svg.\n"), "{text}");
    let picture = fs::read_to_string(dir.path().join("server.svg")).unwrap();
    assert!(picture.contains("waits in accept4") && picture.ends_with("</svg>\n"), "{picture}");
}

#[test]
fn an_address_that_the_lab_does_not_have_is_named_as_the_cause() {
    let dir = folder();
    let told = said(&mut trace(&dir, &["--", "python3", "greeting_client.py"]));
    assert!(told.contains("an address was tried that this lab does not have: --address IP"), "{told}");
    assert!(told.ends_with("All programs have ended.\nexit 0\n"), "{told}");
    let told = said(&mut trace(&dir, &["--address", "192.168.131.62", "--", "python3", "greeting_client.py"]));
    assert!(told.contains("[RST,ACK] Seq=1 Ack=1") && !told.contains("does not have"), "{told}");
}

#[test]
fn it_ends_when_nobody_reads_any_more() {
    let dir = folder();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(["trace", "--", "python3", "-u", "-c", "import time\nwhile True: time.sleep(.1); print('more')"]);
    let mut child = command.current_dir(dir.path()).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    assert_ne!(output.read_line(&mut String::new()).unwrap(), 0);
    drop(output);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn the_readme_shows_what_is_drawn() {
    let dir = folder();
    for role in ["server", "client"] {
        fs::copy(dir.path().join(format!("password_{role}.py")), dir.path().join(format!("{role}.py"))).unwrap();
    }
    let mut command = trace(&dir, &["--with", "python3 client.py", "--", "python3", "server.py"]);
    let drawn = said(command.write_stdin("123\n"));
    let drawn = drawn.rsplit_once("exit ").unwrap().0;
    // Into a pipe it is drawn in ASCII.
    let readme = fs::read_to_string(exercises::root().with_file_name("README.md")).unwrap();
    let readme = readme.replace('─', "-").replace(['│', '├', '┤'], "|").replace('┊', ":");
    let readme = readme.replace('►', ">").replace('◄', "<");
    assert!(readme.contains(drawn), "the README does not show this:\n{drawn}");
}

#[test]
fn what_a_program_prints_cannot_command_the_terminal() {
    let dir = folder();
    let told = said(&mut trace(&dir, &["--", "printf", "\\033[2Jgone\\n"]));
    assert!(told.contains("prints \u{fffd}[2Jgone") && !told.contains('\u{1b}'), "{told}");
}

#[rstest]
#[case::no_program("trace_no_program", &["--", "no-such-program"])]
#[case::not_executable("trace_not_executable", &["--", "./echo.txt"])]
#[case::no_command("trace_no_command", &["--with", "\"python3", "--", "true"])]
#[case::no_address("trace_no_address", &["--address", "1.2.3", "--", "true"])]
#[case::no_file("trace_no_file", &["--svg", "nowhere/x.svg", "--", "true"])]
fn wrong_arguments_are_explained(#[case] name: &str, #[case] args: &[&str]) {
    let dir = folder();
    fs::write(dir.path().join("echo.txt"), "").unwrap();
    insta::assert_snapshot!(name, said(&mut trace(&dir, args)));
}
