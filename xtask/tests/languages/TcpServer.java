import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** tcp_server port: accepts one client, receives once, shows what came and from whom, answers, closes first. */
public class TcpServer {
    private static final String ANSWER = "ok, \u95ee\u9898\u6b63\u5728\u5904\u7406\u4e2d...";

    public static void main(String[] words) throws IOException {
        PrintStream out = new PrintStream(System.out, true, "UTF-8");
        int port = 0;
        try {
            port = words.length == 1 ? Integer.parseInt(words[0]) : 0;
        } catch (NumberFormatException error) {
            // It stays 0.
        }
        if (port < 1 || port > 65535) {
            fail("usage: tcp_server <port>");
        }
        try (ServerSocket listener = new ServerSocket()) {
            listener.setReuseAddress(true);
            listener.bind(new InetSocketAddress(port));
            try (Socket client = listener.accept()) {
                out.println("Client " + client.getInetAddress().getHostAddress() + ", port " + client.getPort());
                serve(client, out);
            }
        } catch (IOException error) {
            fail(error.getMessage());
        }
    }

    private static void serve(Socket client, PrintStream out) throws IOException {
        byte[] data = new byte[1024];
        int length;
        try {
            length = client.getInputStream().read(data);
        } catch (SocketException error) {
            System.err.println("tcp_server: lost the client: " + error.getMessage());
            return;
        }
        if (length < 0) {
            out.println("The client left without a word.");
            return;
        }
        out.println("Received " + length + " bytes: " + new String(data, 0, length, StandardCharsets.UTF_8));
        client.getOutputStream().write(ANSWER.getBytes(StandardCharsets.UTF_8));
    }

    private static void fail(String message) {
        System.err.println("tcp_server: " + message);
        System.exit(1);
    }
}
