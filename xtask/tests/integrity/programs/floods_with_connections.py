# A tcp_client that connects 1,200 times, with a pause now and then in which all are accepted.
import socket
import sys
import time

for number in range(1200):
    connection = socket.create_connection((sys.argv[1], int(sys.argv[2])))
    connection.close()
    if number % 100 == 99:
        time.sleep(0.02)
