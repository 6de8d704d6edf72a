// style: one IPv6 socket for both kinds of addresses; speaks Chinese; lines come from an iterator

use std::io::{self, Lines, StdinLock, Write};
use std::net::{IpAddr, Ipv6Addr, UdpSocket};
use std::num::NonZeroU16;

fn main() {
    if let Err(problem) = run() {
        eprintln!("错误：{problem}");
        std::process::exit(1);
    }
}

fn run() -> Result<(), String> {
    let words: Vec<String> = std::env::args().collect();
    if words.len() != 2 {
        return Err("用法：udp_chat <端口>".into());
    }
    let port: NonZeroU16 = words[1].parse().map_err(|_| format!("端口不正确：{}", words[1]))?;
    // On Linux a socket bound to [::] receives over IPv4 too. Such senders have addresses ::ffff:a.b.c.d.
    let socket =
        UdpSocket::bind((Ipv6Addr::UNSPECIFIED, port.get())).map_err(|error| format!("端口被占用？{error}"))?;

    let mut lines = io::stdin().lines();
    loop {
        println!("{}\n1:发送消息\n2:接收消息\n{}", "=".repeat(30), "=".repeat(30));
        let Some(choice) = input(&mut lines, "请输入要操作的功能序号：")? else { break };
        if choice == "1" {
            let Some(text) = input(&mut lines, "请输入要发送的数据：")? else { break };
            let Some(ip) = input(&mut lines, "请输入对方的ip地址：")? else { break };
            let Ok(ip) = ip.trim().parse::<IpAddr>() else {
                println!("ip地址有误，没有发送");
                continue;
            };
            let Some(port) = input(&mut lines, "请输入对方的port：")? else { break };
            let Ok(port) = port.trim().parse::<NonZeroU16>() else {
                println!("port有误，没有发送");
                continue;
            };
            // An IPv6 socket reaches an IPv4 address in its mapped form.
            let ip = match ip {
                IpAddr::V4(ip) => ip.to_ipv6_mapped(),
                IpAddr::V6(ip) => ip,
            };
            match socket.send_to(text.as_bytes(), (ip, port.get())) {
                Ok(length) => println!("已发送{length}个字节"),
                Err(error) => println!("发送失败：{error}"),
            }
        } else if choice == "2" {
            let mut buffer = [0; 1024];
            let (length, sender) = socket.recv_from(&mut buffer).map_err(|error| format!("接收失败：{error}"))?;
            let text = String::from_utf8_lossy(&buffer[..length]);
            println!(">>>('{}', {}):{text}", sender.ip().to_canonical(), sender.port());
        } else {
            println!("输入有误，请重新输入...");
        }
    }
    println!("再见");
    Ok(())
}

fn input(lines: &mut Lines<StdinLock<'static>>, question: &str) -> Result<Option<String>, String> {
    print!("{question}");
    io::stdout().flush().map_err(|error| error.to_string())?;
    lines.next().transpose().map_err(|error| format!("输入失败：{error}"))
}
