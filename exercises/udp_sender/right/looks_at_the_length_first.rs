// style: it looks at the length itself instead of leaving that to the system, and talks a lot, in Chinese

use std::env;
use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::process::ExitCode;

/// 65,535 bytes of an IPv4 packet, without its own header and that of UDP.
const LONGEST: usize = 65_535 - 20 - 8;

fn main() -> ExitCode {
    println!("=== UDP 发送程序 ===");
    match run() {
        Ok(()) => {
            println!("再见！");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("错误：{message}");
            ExitCode::from(3)
        }
    }
}

fn run() -> Result<(), String> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if arguments.len() != 2 {
        return Err("用法：udp_sender <ip> <端口>".to_owned());
    }
    let ip = match arguments[0].parse() {
        Ok(IpAddr::V4(ip)) => IpAddr::V4(ip),
        _ => return Err(format!("{} 不是 IPv4 地址", arguments[0])),
    };
    let port = arguments[1].parse().ok().filter(|port: &u16| *port > 0);
    let port = port.ok_or_else(|| format!("{} 不是端口（1 到 65535）", arguments[1]))?;
    let destination = SocketAddr::new(ip, port);

    print!("请输入要发送的数据：");
    io::stdout().flush().map_err(|error| error.to_string())?;
    let Some(line) = io::stdin().lines().next() else {
        println!("没有输入，什么也不发送。");
        return Ok(());
    };
    let text = line.map_err(|error| format!("读取失败：{error}"))?;
    if text.len() > LONGEST {
        return Err(format!("数据太长：{} 字节，最多 {LONGEST} 字节", text.len()));
    }

    println!("正在向 {destination} 发送 {} 字节……", text.len());
    let socket = UdpSocket::bind("0.0.0.0:0").map_err(|error| format!("无法创建套接字：{error}"))?;
    socket.send_to(text.as_bytes(), destination).map_err(|error| format!("发送失败：{error}"))?;
    println!("发送成功：{text}");
    Ok(())
}
