using System.Runtime.InteropServices;

namespace Reuseportd.Linux.Interop;

/// <summary>The daemon's C functions. The layouts must match Native/Spawning/spawn.h.</summary>
internal static unsafe partial class Native
{
    private const string Library = "libreuseportd_native";

    [LibraryImport(Library, EntryPoint = "reuseportd_spawner_open")]
    public static partial int OpenSpawner(nint guard, nint* opened);

    [LibraryImport(Library, EntryPoint = "reuseportd_spawner_close")]
    public static partial void CloseSpawner(nint spawner);

    [LibraryImport(Library, EntryPoint = "reuseportd_spawn")]
    public static partial int Spawn(nint spawner, Request* request, Result* result);

    [LibraryImport(Library, EntryPoint = "reuseportd_open_output")]
    public static partial int OpenOutput(byte* path, Identity* identity);

    [LibraryImport(Library, EntryPoint = "reuseportd_child_signal", SetLastError = true)]
    public static partial int OpenChildSignal();

    /// <summary>See Native/Spawning/spawn.h.</summary>
    [LibraryImport(Library, EntryPoint = "reuseportd_collect_signals")]
    public static partial int CollectSignals();

    [LibraryImport(Library, EntryPoint = "reuseportd_hold_signals")]
    public static partial void HoldSignals(int hold);

    /// <summary>See Native/Guard/guard.h.</summary>
    [LibraryImport(Library, EntryPoint = "reuseportd_guard_start", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int StartGuard(string mark, int groups, int patience, Guarding* guarding);

    [LibraryImport(Library, EntryPoint = "reuseportd_guard_restart")]
    public static partial int RestartGuard(Guarding* guarding, int groups);

    [LibraryImport(Library, EntryPoint = "reuseportd_guard_expect")]
    public static partial void ExpectSuccessor(nint guard, int seconds);

    [LibraryImport(Library, EntryPoint = "reuseportd_guard_remember")]
    public static partial void RememberSession(nint guard, int session);

    [LibraryImport(Library, EntryPoint = "reuseportd_guard_forget")]
    public static partial void ForgetSession(nint guard, int session);

    /// <summary>See Native/Process/program_pages.h.</summary>
    [LibraryImport(Library, EntryPoint = "reuseportd_program_release")]
    public static partial nuint ReleaseProgram();

    /// <summary>See Native/Process/thread_room.h.</summary>
    [LibraryImport(Library, EntryPoint = "reuseportd_try_threads")]
    public static partial int TryThreads(int count);

    /// <summary>Bytes that the shim may write after the name in <see cref="Request.StderrFile"/>.</summary>
    public const int FileNameSize = 42;

    [Flags]
    public enum RequestFlags : uint
    {
        None = 0,
        Identity = 1,
        Nice = 2,
        OomScoreAdjust = 4,
        DieWithParent = 8,
        NoNewPrivileges = 16,
        AmbientCapabilities = 32,
        Scheduling = 64,
        IoPriority = 128,
        NotifyBinds = 256,
    }

    public enum OutputKind
    {
        Null = 0,
        Pipe = 1,
        Inherit = 2,
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Limit
    {
        public LimitPair Value;
        public int Resource;
        public int Reserved;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Request
    {
        public byte** Candidates;
        public byte** Arguments;
        public byte** Environment;
        public byte* Directory;
        public uint* Groups;
        public Limit* Limits;
        public byte* Cpus;
        public byte* StderrFile;
        public OutputKind Stdout;
        public OutputKind Stderr;
        public uint GroupCount;
        public uint LimitCount;
        public uint CpusSize;
        public RequestFlags Flags;
        public uint Uid;
        public uint Gid;
        public int Umask;
        public int Nice;
        public int OomScoreAdjust;
        public int Cgroup;
        public ulong AmbientCapabilities;
        public int SchedulingPolicy;
        public int SchedulingPriority;
        public int IoPriority;
        public int Reserved;
    }

    /// <summary>The user and groups that a file is opened as.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Identity
    {
        public uint* Groups;
        public uint GroupCount;
        public uint Uid;
        public uint Gid;
        public uint Reserved;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Guarding
    {
        public nint Guard;
        public int Pid;
        public int Pidfd;
        public int Socket;
        public int GuardsEnd;
        public int Daemon;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Result
    {
        public int Pid;
        public int Pidfd;
        public int Stdout;
        public int Stderr;
        public SpawnStep Step;
        public int Index;
        public int Error;
        public SpawnStep Reached;
        public int Listener;
        public int Reserved;
    }
}
