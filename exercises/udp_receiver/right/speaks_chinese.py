# style: speaks Chinese, waits with select, receives into a buffer of its own

import select
import socket
import sys


def 端口():
    if len(sys.argv) != 2:
        sys.exit("用法：udp_receiver 端口")
    try:
        number = int(sys.argv[1])
    except ValueError:
        sys.exit(f"端口必须是整数：{sys.argv[1]}")
    if number < 1 or number > 65535:
        sys.exit(f"端口必须在1到65535之间：{number}")
    return number


def main():
    port = 端口()
    # 1. 创建udp套接字
    udp_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    # 2. 绑定本地信息
    try:
        udp_socket.bind(("0.0.0.0", port))
    except OSError as error:
        sys.exit(f"绑定端口失败：{error}")
    udp_socket.setblocking(False)
    print("等待接收对方发送的数据……", flush=True)
    # 3. 等待并接收
    select.select([udp_socket], [], [])
    buffer = bytearray(1024)
    length, (ip, sender_port) = udp_socket.recvfrom_into(buffer)
    # 4. 显示
    print(f"收到{length}个字节")
    print(f"发送方：{ip}，端口：{sender_port}")
    print("内容：「" + buffer[:length].decode("utf-8", errors="replace") + "」")
    # 5. 关闭套接字
    udp_socket.close()


main()
