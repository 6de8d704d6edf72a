//! Attacks on files: reading what is nobody's business, writing where it would stay.

use super::{any, checked, found, told};
use std::fs::{self, File, OpenOptions};
use std::path::Path;

pub fn attack(name: &str, bait: &str) -> Option<String> {
    Some(match name {
        // The bait is a file that everybody may read.
        "read_a_file_of_the_machine" => {
            let climbs = format!("../../../../../../../..{bait}");
            let spellings = [bait.to_owned(), climbs, format!("/proc/self/root{bait}"), format!("/proc/1/root{bait}")];
            any(spellings.iter().map(File::open))
        }
        "list_a_folder_of_the_machine" => told(fs::read_dir(Path::new(bait).parent().unwrap_or(Path::new("/")))),
        "read_the_users_folders" => {
            any(["/root", "/home", "/mnt", "/srv", "/etc/shadow", "/var/log"].map(fs::metadata))
        }
        // The folder of the bait may be written by everybody.
        "write_beside_a_file_of_the_machine" => told(File::create(format!("{bait}.new"))),
        "write_into_the_system" => any(["/netlings", "/etc/netlings", "/usr/netlings"].map(File::create)),
        "delete_its_own_program" => told(fs::read_link("/proc/self/exe").and_then(fs::remove_file)),
        "write_sysctls" => {
            let files = ["kernel/pid_max", "kernel/core_pattern", "vm/overcommit_memory", "user/max_user_namespaces"];
            any(files.map(|file| OpenOptions::new().write(true).open(format!("/proc/sys/{file}"))))
        }
        "read_the_kernels_memory" => any(["/proc/kcore", "/proc/kmsg", "/dev/kmsg", "/dev/mem"].map(File::open)),
        "open_a_device" => {
            any(["/dev/vda", "/dev/sda", "/dev/nvme0n1", "/dev/kvm", "/dev/fuse", "/dev/loop-control"].map(File::open))
        }
        // A device of its own making: the kernel's memory.
        "make_a_device" => {
            // SAFETY: the path is a string closed by NUL.
            told(checked(i64::from(unsafe { libc::mknod(c"memory".as_ptr(), libc::S_IFCHR | 0o600, 0x101) })))
        }
        "read_the_graders_environment" => told(found(std::env::vars().find(|(_, value)| value == bait))),
        _ => return None,
    })
}
