using System.Diagnostics;

namespace EndToEnd.Tests.Harness;

/// <summary>A mounted directory whose file system (FUSE) never answers for a file: open(2) waits there.</summary>
internal sealed class SilentFileSystem : IAsyncDisposable
{
    private const string Server =
        """
        import ctypes, os, struct, sys
        INIT, GETATTR = 26, 3
        libc = ctypes.CDLL(None, use_errno=True)
        path = sys.argv[1].encode()
        fuse = os.open('/dev/fuse', os.O_RDWR)
        options = f'fd={fuse},rootmode=40755,user_id=0,group_id=0,allow_other'.encode()
        if libc.mount(b'silent', path, b'fuse', 0, options): sys.exit(os.strerror(ctypes.get_errno()))
        print('mounted', flush=True)
        while True:
            request = os.read(fuse, 1 << 17)
            _, opcode, unique = struct.unpack_from('<IIQ', request)
            if opcode == INIT: answer = struct.pack('<IIIIHHIIHHI28x', 7, 31, 0, 0, 12, 9, 4096, 1, 32, 0, 0)
            elif opcode == GETATTR: answer = struct.pack('<QII6Q10I', 1000, 0, 0, 1, *[0] * 8, 0o40755, 1, *[0] * 3, 512, 0)
            else: continue
            os.write(fuse, struct.pack('<IiQ', 16 + len(answer), 0, unique) + answer)
        """;

    private readonly Process _server;
    private readonly string _path;

    private SilentFileSystem(string path, Process server) => (_path, _server) = (path, server);

    public static async Task<SilentFileSystem> MountAsync(string path)
    {
        Root.Require();
        Assert.SkipUnless(File.Exists("/dev/fuse"), "needs FUSE");
        Directory.CreateDirectory(path);
        var mounted = new SilentFileSystem(path, Process.Start(Command.Start("python3", ["-c", Server, path]))!);
        Assert.Equal("mounted", await mounted._server.StandardOutput.ReadLineAsync().WaitAsync(Deadline.Patience));
        return mounted;
    }

    /// <summary>Without its server the file system answers with errors.</summary>
    public async ValueTask DisposeAsync()
    {
        _server.Kill();
        await _server.WaitForExitAsync().WaitAsync(Deadline.Patience);
        _server.Dispose();
        await Command.RunAsync("umount", ["--lazy", _path]);
    }
}
