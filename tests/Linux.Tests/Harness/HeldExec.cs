namespace Linux.Tests.Harness;

/// <summary>
/// A process with a listening socket, in an exec that does not end: the exec closes a file of a file system whose server, another
/// process, does not answer (fuse(4), FUSE_FLUSH).
/// </summary>
internal sealed class HeldExec : IDisposable
{
    /// <summary>Serves one file at its path, until it is opened: an open file needs no mount.</summary>
    private const string SilentFile =
        """
        import ctypes, os, struct, sys
        INIT, GETATTR, OPEN, FLUSH, FORGET, BATCH_FORGET = 26, 3, 14, 25, 2, 42
        libc = ctypes.CDLL(None, use_errno=True)
        path = sys.argv[1].encode()
        fuse = os.open('/dev/fuse', os.O_RDWR)
        options = f'fd={fuse},rootmode=100644,user_id=0,group_id=0'.encode()
        if libc.mount(b'held', path, b'fuse', 0, options): sys.exit(os.strerror(ctypes.get_errno()))
        print('mounted', flush=True)
        while True:
            request = os.read(fuse, 1 << 17)
            _, opcode, unique = struct.unpack_from('<IIQ', request)
            error, answer = 0, b''
            if opcode == INIT: answer = struct.pack('<IIIIHHIIHHI28x', 7, 31, 0, 0, 12, 9, 4096, 1, 32, 0, 0)
            elif opcode == GETATTR: answer = struct.pack('<QII6Q10I', 1000, 0, 0, 1, *[0] * 8, 0o100644, 1, *[0] * 3, 512, 0)
            elif opcode == OPEN: answer = struct.pack('<QII', 1, 0, 0)
            elif opcode in (FORGET, BATCH_FORGET): continue
            elif opcode == FLUSH:
                print('flush', flush=True)
                continue
            else: error = -38
            os.write(fuse, struct.pack('<IiQ', 16 + len(answer), error, unique) + answer)
            if opcode == OPEN: libc.umount2(path, 2)
        """;

    private const string Server =
        """
        import os, socket, sys
        server = socket.create_server(('127.0.0.1', 7001))
        server.set_inheritable(True)
        os.open(sys.argv[1], os.O_RDONLY)
        print('socket', os.fstat(server.fileno()).st_ino, server.fileno(), flush=True)
        os.execv('/bin/sleep', ['sleep', '1000'])
        """;

    private readonly TestWorker _files;
    private readonly TestWorker _server;

    /// <param name="path">A file that exists.</param>
    public HeldExec(Spawner spawner, string path)
    {
        _files = Start(spawner, SilentFile, path);
        Assert.Equal("mounted", _files.Out!.ReadLine());
        _server = Start(spawner, Server, path);
        if (_server.ReadNumbers("socket") is not [var inode, var descriptor]) throw new InvalidOperationException("no socket");
        (Inode, Descriptor) = ((ulong)inode, descriptor);
        Assert.Equal("flush", _files.Out.ReadLine());
    }

    public int Pid => _server.Pid;

    /// <summary>Of the socket.</summary>
    public ulong Inode { get; }

    /// <summary>The number of the socket in the process.</summary>
    public int Descriptor { get; }

    /// <summary>Ends the file system, and with it the hold. No signal does that.</summary>
    public void End() => _files.Process.SendSignal(Reuseportd.Model.Signal.Kill);

    public void Dispose()
    {
        _files.Dispose();
        _server.Dispose();
    }

    private static TestWorker Start(Spawner spawner, string program, string path) =>
        TestWorker.Start(spawner, TestWorker.Request("/usr/bin/python3", "-c", program, path));
}
