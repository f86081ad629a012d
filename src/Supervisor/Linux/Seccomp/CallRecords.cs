using Microsoft.Win32.SafeHandles;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;

namespace Reuseportd.Linux.Seccomp;

/// <summary>
/// The calls that the daemon has received and not answered yet, in a file in memory that outlives the daemon. The kernel gives
/// no other receiver such a call, so without this file it would wait for ever after the daemon's death. The kernel itself writes
/// a call to the file: no signal can end the daemon in between. Any thread may call the methods.
/// </summary>
internal sealed unsafe class CallRecords
{
    /// <summary>One for each service. Services beyond this number have no record.</summary>
    private const int Most = 1024;

    private readonly Lock _gate = new();
    private readonly Stack<nint> _free = new();

    private CallRecords(Descriptor file, nint start)
    {
        Descriptor = file;
        for (var index = Most - 1; index >= 0; index--) _free.Push(start + index * CallQueue.MostBytes);
    }

    /// <summary>The file. It stays open, and mapped, until the end of the process.</summary>
    public Descriptor Descriptor { get; }

    /// <returns>Null without memory.</returns>
    public static CallRecords? TryMake()
    {
        int number;
        fixed (byte* name = "reuseportd-calls\0"u8) number = Libc.MemoryFile(name, Libc.MemoryFileCloseOnExec);
        if (number < 0) return null;
        var file = new Descriptor(number);
        try
        {
            using var handle = new SafeFileHandle(number, ownsHandle: false);
            // Pages that are never written take no memory.
            RandomAccess.SetLength(handle, Most * CallQueue.MostBytes);
        }
        catch (IOException)
        {
            file.Dispose();
            return null;
        }

        var start = Libc.Map(0, Most * CallQueue.MostBytes, Libc.ProtectReadWrite, Libc.MapShared, file, 0);
        if (start != Libc.MapFailed) return new CallRecords(file, start);
        file.Dispose();
        return null;
    }

    /// <summary>The record of one thread, of <see cref="CallQueue.MostBytes"/>; null if all are in use.</summary>
    public byte* Take()
    {
        lock (_gate) return _free.TryPop(out var record) ? (byte*)record : null;
    }

    public void Return(byte* record)
    {
        if (record is null) return;
        lock (_gate) _free.Push((nint)record);
    }

    /// <summary>The calls that a former daemon has not answered. It may have answered some of them at its last moment.</summary>
    public static BindCall[] Read(DescriptorIdentity file)
    {
        try
        {
            var bytes = File.ReadAllBytes($"/proc/self/fd/{file.Number}");
            List<BindCall> calls = [];
            fixed (byte* start = bytes)
                for (var at = 0; at + CallQueue.MostBytes <= bytes.Length; at += CallQueue.MostBytes)
                    if (((Libc.SeccompNotification*)(start + at))->Id != 0)
                        calls.Add(CallQueue.CallOf((Libc.SeccompNotification*)(start + at)));
            return [.. calls];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
