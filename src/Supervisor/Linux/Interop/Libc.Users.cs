using System.Runtime.InteropServices;

namespace Reuseportd.Linux.Interop;

internal static partial class Libc
{
    // These return the error, and 0 without an entry for an unknown name.

    [LibraryImport(Library, EntryPoint = "getpwnam_r", StringMarshalling = StringMarshalling.Utf8)]
    public static unsafe partial int UserByName(string name, User* user, byte* buffer, nuint size, User** found);

    [LibraryImport(Library, EntryPoint = "getpwuid_r")]
    public static unsafe partial int UserByNumber(uint uid, User* user, byte* buffer, nuint size, User** found);

    [LibraryImport(Library, EntryPoint = "getgrnam_r", StringMarshalling = StringMarshalling.Utf8)]
    public static unsafe partial int GroupByName(string name, Group* group, byte* buffer, nuint size, Group** found);

    /// <summary>
    /// -1 if there are more than <paramref name="count"/> groups; <paramref name="count"/> is then their number.
    /// </summary>
    [LibraryImport(Library, EntryPoint = "getgrouplist")]
    public static unsafe partial int GroupList(byte* user, uint primary, uint* groups, int* count);

    /// <summary><c>struct passwd</c> of getpwnam(3), in glibc's order.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct User
    {
        public byte* Name;
        public byte* Password;
        public uint Uid;
        public uint Gid;
        public byte* RealName;
        public byte* Directory;
        public byte* Shell;
    }

    /// <summary><c>struct group</c> of getgrnam(3).</summary>
    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct Group
    {
        public byte* Name;
        public byte* Password;
        public uint Gid;
        public byte** Members;
    }
}
