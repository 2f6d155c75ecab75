"""Give each connection to a program as its standard streams, as inetd did: address, port, program …"""

import socket
import subprocess
import sys

with socket.create_server((sys.argv[1], int(sys.argv[2]))) as listener:
    while True:
        connection, _ = listener.accept()
        with connection:
            subprocess.Popen(sys.argv[3:], stdin=connection, stdout=connection)
