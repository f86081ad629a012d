using System.Runtime.InteropServices;

namespace Reuseportd.Linux.Interop;

/// <summary>The functions of Native/Sharding/sharding.h. All return 0 or an errno.</summary>
internal static unsafe partial class Native
{
    /// <param name="failed">Becomes a constant text in ASCII: the map or the section that failed.</param>
    [LibraryImport(Library, EntryPoint = "reuseportd_sharding_open")]
    public static partial int OpenSharding(uint settings, void* layout, Sharding* opened, byte** failed);

    /// <inheritdoc cref="OpenSharding"/>
    [LibraryImport(Library, EntryPoint = "reuseportd_sharding_attach")]
    public static partial int AttachSharding(Sharding* opened, SafeHandle cgroup, ulong id, void* worker, byte** failed);

    [LibraryImport(Library, EntryPoint = "reuseportd_sharding_read")]
    public static partial int ReadSharding(SafeHandle workers, ulong id, void* worker);

    [LibraryImport(Library, EntryPoint = "reuseportd_sharding_next")]
    public static partial int NextSharding(SafeHandle workers, ulong id, ulong* next);

    [LibraryImport(Library, EntryPoint = "reuseportd_sharding_drain")]
    public static partial int DrainSharding(SafeHandle drains, ulong worker);

    [LibraryImport(Library, EntryPoint = "reuseportd_sharding_stop_drain")]
    public static partial int StopDrainSharding(SafeHandle drains, ulong worker);

    [LibraryImport(Library, EntryPoint = "reuseportd_sharding_put_settings")]
    public static partial int PutShardingSettings(SafeHandle settings, uint key, void* value);

    [LibraryImport(Library, EntryPoint = "reuseportd_sharding_remove_settings")]
    public static partial int RemoveShardingSettings(SafeHandle settings, uint key);

    [LibraryImport(Library, EntryPoint = "reuseportd_sharding_read_settings")]
    public static partial int ReadShardingSettings(SafeHandle settings, uint key, void* value);

    [LibraryImport(Library, EntryPoint = "reuseportd_sharding_next_settings")]
    public static partial int NextShardingSettings(SafeHandle settings, uint key, uint* next);

    [StructLayout(LayoutKind.Sequential)]
    public struct Sharding
    {
        public const int ProgramCount = 6;
        public const int FailureCount = 2;
        public const int NumberCount = ProgramCount + 4 + FailureCount;

        public fixed int Programs[ProgramCount];
        public int Workers;
        public int Settings;
        public int Events;
        public int Drains;

        /// <summary>-1 if there are none.</summary>
        public fixed int Failures[FailureCount];
    }
}
