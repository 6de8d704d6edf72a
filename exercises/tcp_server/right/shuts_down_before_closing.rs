// style: `shutdown` says that no more is coming, `drop` closes afterwards; prompts and messages are Chinese

use std::env;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let port = arguments.next().and_then(|word| word.parse::<u16>().ok()).filter(|port| *port > 0);
    let (Some(port), None) = (port, arguments.next()) else {
        eprintln!("用法：tcp_server <端口>，端口是从 1 到 65535 的数字");
        return ExitCode::from(2);
    };
    match run(port) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("服务器出错：{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(port: u16) -> io::Result<()> {
    let listener = TcpListener::bind(("0.0.0.0", port))?;
    println!("服务器已启动，等待客户端连接……");
    let (mut client, address) = listener.accept()?;
    println!("客户端已连接，端口：{}，地址：{}", address.port(), address.ip());

    match talk(&mut client) {
        Ok(()) => println!("服务结束。"),
        Err(error) => eprintln!("连接断开：{error}"),
    }
    // It fails if the connection is gone already, and then there is nothing to do.
    let _ = client.shutdown(Shutdown::Both);
    drop(client);
    drop(listener);
    Ok(())
}

fn talk(client: &mut TcpStream) -> io::Result<()> {
    let mut received = vec![0; 1024];
    let length = client.read(&mut received)?;
    received.truncate(length);
    if received.is_empty() {
        println!("客户端已关闭连接，没有数据。");
        return Ok(());
    }
    println!("数据：{}", String::from_utf8_lossy(&received));
    println!("长度：{}字节", received.len());
    client.write_all("ok, 问题正在处理中...".as_bytes())
}
