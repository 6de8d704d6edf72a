// style: connects first; all output is kept in memory and written at the exit; shutdown before close

use std::env;
use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpStream};
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut report = String::new();
    let outcome = run(&mut report);
    // Nothing was printed until here.
    print!("{report}");
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tcp_client: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(report: &mut String) -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = env::args().skip(1);
    let (Some(ip), Some(port), None) = (arguments.next(), arguments.next(), arguments.next()) else {
        return Err("two arguments are needed: an ip and a port".into());
    };
    let ip: Ipv4Addr = ip.parse()?;
    let port: u16 = port.parse()?;
    if port == 0 {
        return Err("nobody can listen at port 0".into());
    }

    let mut server = TcpStream::connect((ip, port))?;
    writeln!(report, "connected from {} to {}", server.local_addr()?, server.peer_addr()?)?;

    let line = io::stdin().lines().next().transpose()?.unwrap_or_default();
    server.write_all(line.as_bytes())?;
    writeln!(report, "sent {} bytes", line.len())?;

    let mut buffer = vec![0; 1024];
    let length = server.read(&mut buffer)?;
    buffer.truncate(length);
    server.shutdown(Shutdown::Both)?;
    if buffer.is_empty() {
        writeln!(report, "the server closed before it had answered")?;
    } else {
        writeln!(report, "received {length} bytes: {}", String::from_utf8_lossy(&buffer))?;
    }
    Ok(())
}
