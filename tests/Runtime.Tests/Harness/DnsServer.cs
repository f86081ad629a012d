using System.Globalization;
using Reuseportd.Model;

namespace Runtime.Tests.Harness;

/// <summary>
/// A server, in Python, that answers each query over TCP as the word in a file says. Without the file: SERVFAIL.
/// </summary>
internal static class DnsServer
{
    private const string Program =
        """
        import os, socket, struct, sys
        datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        datagrams.bind((sys.argv[1], int(sys.argv[2])))
        server = socket.create_server((sys.argv[1], int(sys.argv[2])))
        held = []
        def answer(query, word):
            if word == 'other-id': query = bytes([query[0] ^ 1]) + query[1:]
            if word == 'query': return query
            if word == 'short': return query[:11]
            code = {'ok': 0, 'no-name': 3, 'refused': 5}.get(word, 2)
            return query[:2] + bytes([0x81, 0x80 | code]) + query[4:]
        while True:
            client, _ = server.accept()
            try:
                size = client.recv(2, socket.MSG_WAITALL)
                if len(size) < 2: continue
                query = client.recv(struct.unpack('!H', size)[0], socket.MSG_WAITALL)
                word = open(sys.argv[3]).read() if os.path.exists(sys.argv[3]) else ''
                if word == 'silent': held.append(client.dup())
                elif word == 'broken': client.sendall(b'\xff\xff' + query)
                elif word != 'closes': client.sendall(struct.pack('!H', len(answer(query, word))) + answer(query, word))
            except ConnectionError: pass
            finally: client.close()
        """;

    /// <param name="answers">Path of the file with the word.</param>
    public static ServiceSpec Service(string name, int workers, string address, int port, string answers) => Given.Listening(
        Given.Service(name, workers, "python3", "-c", Program.Replace("{", "{{", StringComparison.Ordinal), address,
            port.ToString(CultureInfo.InvariantCulture), answers),
        port);
}
