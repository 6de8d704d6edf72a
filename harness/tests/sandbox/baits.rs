//! What the attacks are after, laid out on the machine where no program of a lab should get: a file, a process with a secret,
//! services on every way that leads to them. A control without a lab must get them all, else the attack proves nothing.

use rustix::process::Pid;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, UdpSocket};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;

/// What only the test knows.
const SECRET: &str = "the-answers-to-all-checks";

pub struct Baits {
    dir: tempfile::TempDir,
    /// A process that has the secret in its arguments and in its environment.
    process: Child,
    tcp: TcpListener,
    udp: UdpSocket,
    /// The key of a segment of shared memory, and its number.
    memory: (i32, i32),
    _by_path: UnixListener,
    _by_name: UnixListener,
}

impl Baits {
    pub fn lay_out() -> Self {
        let dir = tempfile::tempdir().unwrap();
        // Everybody may come here, whoever the test is run by.
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o777)).unwrap();
        fs::write(dir.path().join("bait"), SECRET).unwrap();
        let process = Command::new(env!("CARGO_BIN_EXE_attacks"))
            .args(["wait_for_a_line", SECRET])
            .env("BAIT", SECRET)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
        let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
        let answering = udp.try_clone().unwrap();
        thread::spawn(move || {
            // A datagram of the test itself, without a text, is the end.
            while let Ok((1.., from)) = answering.recv_from(&mut [0; 8]) {
                let _ = answering.send_to(b"!", from);
            }
        });
        let by_path = UnixListener::bind(dir.path().join("service")).unwrap();
        fs::set_permissions(dir.path().join("service"), fs::Permissions::from_mode(0o777)).unwrap();
        let name = SocketAddr::from_abstract_name(dir.path().to_str().unwrap()).unwrap();
        let key = i32::from(tcp.local_addr().unwrap().port()) << 8;
        // SAFETY: makes a segment; nothing is attached.
        #[expect(unsafe_code, reason = "no library has System V memory")]
        let id = unsafe { libc::shmget(key, 4096, libc::IPC_CREAT | 0o666) };
        Self {
            process,
            tcp,
            udp,
            memory: (key, id),
            _by_path: by_path,
            _by_name: UnixListener::bind_addr(&name).unwrap(),
            dir,
        }
    }

    /// The bait of an attack.
    pub fn of(&self, attack: &str) -> String {
        let path = |name: &str| self.dir.path().join(name).to_str().unwrap().to_owned();
        match attack {
            "reach_a_service_by_tcp" | "reach_a_service_by_fast_open" => self.tcp.local_addr().unwrap().to_string(),
            "reach_a_service_by_udp" => self.udp.local_addr().unwrap().to_string(),
            "reach_a_service_by_its_path" => path("service"),
            "reach_a_service_by_its_abstract_name" => self.dir.path().to_str().unwrap().to_owned(),
            "share_the_machines_memory" => self.memory.0.to_string(),
            "read_their_environments" | "read_their_arguments" | "read_the_graders_environment" => SECRET.to_owned(),
            _ => path("bait"),
        }
    }

    /// What a container lays out for an attack program in it, as it reads it.
    pub fn of_a_container(&self, attacks: &Path) -> String {
        let services = ["reach_a_service_by_tcp", "reach_a_service_by_udp", "reach_a_service_by_its_abstract_name"];
        let [tcp, udp, name] = services.map(|attack| self.of(attack));
        format!("{}\n{SECRET}\n{tcp}\n{udp}\n{name}\n{}", attacks.display(), self.memory.0)
    }

    /// Runs an attack without a lab, where the baits are, and says what it said.
    pub fn attacked_by(&self, attack: &str) -> String {
        let place = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        // A program that may be deleted. A copy could not be run as long as another test, which forks just now, has it open.
        let program = place.path().join("attacks");
        fs::hard_link(env!("CARGO_BIN_EXE_attacks"), &program).unwrap();
        let output = Command::new(program)
            .args([attack, &self.of(attack)])
            .env("BAIT", SECRET)
            .current_dir(place.path())
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }
}

/// Runs an attack that leaves a process behind, without a lab, and gives that process.
pub fn left_behind_by(attack: &str) -> Pid {
    let mut child = Command::new(env!("CARGO_BIN_EXE_attacks")).arg(attack).stdout(Stdio::piped()).spawn().unwrap();
    child.wait().unwrap();
    // Its output is never at its end: the process has it open. It tells its id in a line, its parent another.
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let pid = lines.take(2).find_map(|line| line.parse().ok());
    Pid::from_raw(pid.unwrap()).unwrap()
}

impl Drop for Baits {
    fn drop(&mut self) {
        let _ = self.udp.send_to(b"", self.udp.local_addr().unwrap());
        let _ = self.process.kill();
        let _ = self.process.wait();
        // SAFETY: removes the segment that this made.
        #[expect(unsafe_code, reason = "no library has System V memory")]
        unsafe {
            libc::shmctl(self.memory.1, libc::IPC_RMID, std::ptr::null_mut());
        }
    }
}
