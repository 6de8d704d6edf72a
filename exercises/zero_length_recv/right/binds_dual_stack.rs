// style: listens at `[::]` for both kinds of addresses, and speaks Chinese

use std::error::Error;
use std::io::{ErrorKind, Read};
use std::net::{Ipv6Addr, TcpListener, TcpStream};
use std::num::NonZeroU16;
use std::{env, process};

fn main() {
    if let Err(error) = run() {
        eprintln!("出错了：{error}");
        process::exit(1);
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let word = env::args().nth(1).ok_or("用法：zero_length_recv <端口>")?;
    let port: NonZeroU16 = word.parse().map_err(|_| format!("“{word}”不是端口号"))?;
    // On Linux, a socket at `::` takes IPv4 clients too. Their addresses come as ::ffff:192.168.1.11.
    let listener = TcpListener::bind((Ipv6Addr::UNSPECIFIED, port.get()))?;
    println!("服务器已启动，端口号{port}，等待客户端连接……");
    loop {
        let (mut client, address) = listener.accept()?;
        println!("客户端已连接，ip地址：{}，端口号：{}", address.ip().to_canonical(), address.port());
        receive(&mut client);
        drop(client);
        println!("等待下一个客户端……");
    }
}

fn receive(client: &mut TcpStream) {
    let mut buffer = [0_u8; 1024];
    loop {
        match client.read(&mut buffer) {
            Ok(0) => return println!("客户端已经下线了"),
            Ok(length) => println!(
                "接收数据的长度为：{length}，接收客户端的数据为：{}",
                String::from_utf8_lossy(&buffer[..length])
            ),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return println!("与客户端的连接断开了：{error}"),
        }
    }
}
