# style: an IPv6 socket with the IPv4 address mapped into IPv6, and everything said in Chinese

import ipaddress
import socket
import sys


def main():
    if len(sys.argv) != 3:
        sys.exit("用法: tcp_client <ip> <port>")
    try:
        ip = ipaddress.IPv4Address(sys.argv[1])
        port = int(sys.argv[2])
    except ValueError:
        sys.exit("地址或端口不对")
    if port not in range(1, 65536):
        sys.exit("端口必须在 1 到 65535 之间")

    print("请输入要发送的内容: ", end="", flush=True)
    text = sys.stdin.readline().rstrip("\n")
    client = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
    try:
        client.connect((f"::ffff:{ip}", port))
        print("连接成功")
        client.send(text.encode("utf-8"))
        data = client.recv(1024)
    except ConnectionRefusedError:
        sys.exit("连接被拒绝: 服务端没有启动")
    except OSError as error:
        sys.exit(f"连接出错: {error}")
    if len(data) == 0:
        print("服务端没有回答就关闭了连接")
    else:
        print("接收服务端的数据为:", data.decode("utf-8", errors="replace"))
    client.close()


main()
