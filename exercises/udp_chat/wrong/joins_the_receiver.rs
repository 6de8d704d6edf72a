// fault: at the end of the input it joins the thread that receives, which never ends
// cause: thread_stays
// fails: end_of_input

use std::collections::VecDeque;
use std::io::{self, BufRead, Write};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::mpsc::{self, Sender};
use std::{env, process, thread};

enum Event {
    Line(String),
    EndOfInput,
    Message(SocketAddr, Vec<u8>),
    Trouble(io::Error),
}

/// What the next line answers.
enum State {
    Menu,
    Text,
    Ip { text: String },
    Port { text: String, ip: Ipv4Addr },
    Waiting,
}

fn main() {
    let mut arguments = env::args().skip(1);
    let port = match (arguments.next().map(|word| word.parse::<u16>()), arguments.next()) {
        (Some(Ok(port)), None) if port > 0 => port,
        _ => give_up("one argument is needed: a port from 1 to 65535"),
    };
    let socket = match UdpSocket::bind((Ipv4Addr::UNSPECIFIED, port)) {
        Ok(socket) => socket,
        Err(error) => give_up(&format!("port {port}: {error}")),
    };
    let receiving = match socket.try_clone() {
        Ok(socket) => socket,
        Err(error) => give_up(&error.to_string()),
    };

    let (events, next) = mpsc::channel();
    let keyboard = events.clone();
    thread::spawn(move || read_keyboard(&keyboard));
    let receiver = thread::spawn(move || read_socket(&receiving, &events));

    let mut state = State::Menu;
    let mut lines = VecDeque::new(); // typed while we wait for a message
    let mut messages = VecDeque::new(); // arrived while nobody has asked
    prompt(&state);
    for event in next {
        match event {
            Event::Line(line) => lines.push_back(line),
            Event::EndOfInput => break,
            Event::Message(sender, bytes) => messages.push_back((sender, bytes)),
            Event::Trouble(error) => give_up(&error.to_string()),
        }
        loop {
            state = if let State::Waiting = state {
                let Some((sender, bytes)) = messages.pop_front() else { break };
                println!("<{}> [{}] {}", sender.ip(), sender.port(), String::from_utf8_lossy(&bytes));
                State::Menu
            } else {
                let Some(line) = lines.pop_front() else { break };
                answer(state, line, &socket)
            };
            prompt(&state);
        }
    }
    if receiver.join().is_err() {
        give_up("the receiver is lost");
    }
}

fn answer(state: State, line: String, socket: &UdpSocket) -> State {
    match state {
        State::Menu if line == "1" => State::Text,
        State::Menu if line == "2" => State::Waiting,
        State::Text => State::Ip { text: line },
        State::Ip { text } => match line.parse() {
            Ok(ip) => State::Port { text, ip },
            Err(_) => {
                println!("An ip looks like 192.168.1.103. Back to the menu.");
                State::Menu
            }
        },
        State::Port { text, ip } => {
            match line.parse::<u16>() {
                Ok(port) if port > 0 => match socket.send_to(text.as_bytes(), (ip, port)) {
                    Ok(_) => println!("It is on its way."),
                    Err(error) => println!("The system did not send it: {error}"),
                },
                _ => println!("A port is a number from 1 to 65535. Back to the menu."),
            }
            State::Menu
        }
        State::Menu | State::Waiting => {
            println!("Please choose 1 or 2, nothing else.");
            State::Menu
        }
    }
}

fn prompt(state: &State) {
    let words = match state {
        State::Menu => "[1] send, [2] receive > ",
        State::Text => "text > ",
        State::Ip { .. } => "ip > ",
        State::Port { .. } => "port > ",
        State::Waiting => "",
    };
    print!("{words}");
    let _ = io::stdout().flush();
}

fn read_keyboard(events: &Sender<Event>) {
    for line in io::stdin().lock().lines() {
        let event = match line {
            Ok(line) => Event::Line(line),
            Err(error) => Event::Trouble(error),
        };
        if events.send(event).is_err() {
            return;
        }
    }
    let _ = events.send(Event::EndOfInput);
}

fn read_socket(socket: &UdpSocket, events: &Sender<Event>) {
    let mut buffer = vec![0; 65_535];
    loop {
        let event = match socket.recv_from(&mut buffer) {
            Ok((length, sender)) => Event::Message(sender, buffer[..length].to_vec()),
            Err(error) => Event::Trouble(error),
        };
        if events.send(event).is_err() {
            return;
        }
    }
}

fn give_up(why: &str) -> ! {
    eprintln!("udp_chat: {why}");
    process::exit(2)
}
