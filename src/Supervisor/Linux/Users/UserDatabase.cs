using System.Globalization;
using System.Runtime.InteropServices;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Users;

/// <summary>
/// Users and groups by name or number, from the sources of nsswitch.conf(5). A directory service may be slow, so lookups are done
/// once for each configuration, not for each start.
/// </summary>
internal static unsafe class UserDatabase
{
    private const int FirstBufferSize = 1024;
    private const int LastBufferSize = 1 << 20;

    /// <summary>The daemon's effective user.</summary>
    public static uint EffectiveUser => Libc.EffectiveUserId();

    public static uint EffectiveGroup => Libc.EffectiveGroupId();

    public static bool IsRoot => EffectiveUser == 0;

    /// <summary>An ordinary user may name itself in a service, without the right to change its user.</summary>
    public static bool IsOwn(Identity identity) =>
        Libc.EffectiveUserId() is var uid and not 0 && identity.Uid == uid && identity.Gid == Libc.EffectiveGroupId();

    /// <summary>Resolves the <paramref name="user"/> and <paramref name="group"/> of a service.</summary>
    /// <param name="user">Name or number; null for the daemon's.</param>
    /// <param name="group">Name or number; null for the user's primary group.</param>
    /// <param name="error">The unknown name, for the log.</param>
    public static Account? Resolve(string? user, string? group, out string? error)
    {
        uint? gid = null;
        error = null;
        if (group is not null && (gid = GroupNumber(group, out var groupErrno)) is null)
            return Unknown($"group '{group}'", groupErrno, out error);

        if (user is null) return OfDaemon(gid);
        var account = Find(user, gid, out var errno);
        if (account is not null) return account;
        if (Number(user) is not { } uid) return Unknown($"user '{user}'", errno, out error);
        if (gid is { } given) return new Account(null, new Identity(uid, given, [given]), null, null);
        error = $"user {user} has no entry in the user database, so 'group' is required";
        return null;
    }

    /// <summary>The account with these supplementary groups (names or numbers) instead of its own.</summary>
    /// <param name="error">The unknown name, for the log.</param>
    public static Account? WithGroups(Account account, ValueList<string> groups, out string? error)
    {
        var numbers = new uint[groups.Count];
        for (var i = 0; i < numbers.Length; i++)
        {
            if (GroupNumber(groups[i], out var errno) is not { } number) return Unknown($"group '{groups[i]}'", errno, out error);
            numbers[i] = number;
        }

        error = null;
        return account with { Identity = account.Identity with { Groups = new([.. numbers]) } };
    }

    /// <summary>Number of a group; null if it is unknown. <paramref name="errno"/> tells whether the search failed.</summary>
    public static uint? GroupNumber(string group, out Errno errno)
    {
        var answer = WithBuffer<Libc.Group, uint?>(
            (entry, buffer, size, found) => Libc.GroupByName(group, entry, buffer, size, found), entry => entry->Gid, out errno);
        return answer ?? Number(group);
    }

    /// <summary>
    /// For messages: <c>root (0)</c>, or only the number if passwd(5) does not have it. No directory service is asked: any client
    /// can cause a message, and a service may not answer.
    /// </summary>
    public static string Described(uint user)
    {
        var number = user.ToString(CultureInfo.InvariantCulture);
        try
        {
            var entry = File.ReadLines("/etc/passwd").Select(line => line.Split(':')).FirstOrDefault(
                fields => fields.Length > 2 && fields[2] == number);
            return entry is null ? number : $"{entry[0]} ({number})";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return number;
        }
    }

    private static Account? OfDaemon(uint? gid)
    {
        var uid = Libc.EffectiveUserId();
        var own = gid ?? Libc.EffectiveGroupId();
        return Find(uid.ToString(CultureInfo.InvariantCulture), own, out _)
               ?? new Account(null, new Identity(uid, own, [own]), null, null);
    }

    /// <summary>Tries the name first: a user name may consist of digits.</summary>
    private static Account? Find(string user, uint? gid, out Errno errno) =>
        WithBuffer<Libc.User, Account>(
            (entry, buffer, size, found) => Libc.UserByName(user, entry, buffer, size, found),
            entry => AccountOf(entry, gid),
            out errno)
        ?? (Number(user) is { } uid
            ? WithBuffer<Libc.User, Account>(
                (entry, buffer, size, found) => Libc.UserByNumber(uid, entry, buffer, size, found),
                entry => AccountOf(entry, gid),
                out errno)
            : null);

    private static Account AccountOf(Libc.User* user, uint? group)
    {
        var gid = group ?? user->Gid;
        return new Account(
            Text(user->Name), new Identity(user->Uid, gid, GroupsOf(user->Name, gid)), Text(user->Directory), Text(user->Shell));
    }

    private static ValueList<uint> GroupsOf(byte* user, uint primary)
    {
        var count = 32;
        while (true)
        {
            var groups = new uint[count];
            fixed (uint* into = groups)
                if (Libc.GroupList(user, primary, into, &count) >= 0) return new([.. groups.AsSpan(0, count)]);
            count = Math.Max(count, groups.Length * 2);
        }
    }

    private static TAnswer? WithBuffer<TEntry, TAnswer>(Lookup<TEntry> lookup, Reading<TEntry, TAnswer> read, out Errno errno)
        where TEntry : unmanaged
    {
        for (var size = FirstBufferSize; ; size *= 2)
        {
            TEntry entry;
            TEntry* found = null;
            var buffer = (byte*)NativeMemory.Alloc((nuint)size);
            try
            {
                errno = new Errno(lookup(&entry, buffer, (nuint)size, &found));
                if (errno == Errno.Interrupted || (errno == Errno.OutOfRange && size < LastBufferSize)) continue;
                return found is null ? default : read(found);
            }
            finally
            {
                NativeMemory.Free(buffer);
            }
        }
    }

    private static Account? Unknown(string what, Errno errno, out string? error)
    {
        // Some sources report an unknown name by these errors; see getpwnam(3).
        var searched = errno == Errno.None || errno == Errno.NotFound || errno == Errno.NoProcess || errno == Errno.BadDescriptor
                       || errno == Errno.NotPermitted;
        error = searched ? $"{what} does not exist" : $"{what} cannot be looked up: {errno}";
        return null;
    }

    /// <summary>setresuid(2) reads the highest number as "unchanged", so it is no user.</summary>
    private static uint? Number(string text) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number != uint.MaxValue
            ? number
            : null;

    private static string? Text(byte* text) => Marshal.PtrToStringUTF8((nint)text);

    private delegate int Lookup<TEntry>(TEntry* entry, byte* buffer, nuint size, TEntry** found)
        where TEntry : unmanaged;

    private delegate TAnswer Reading<TEntry, TAnswer>(TEntry* entry)
        where TEntry : unmanaged;
}
