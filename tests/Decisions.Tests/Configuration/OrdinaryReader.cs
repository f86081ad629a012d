using System.Runtime.InteropServices;

namespace Decisions.Tests.Configuration;

/// <summary>Opens files with the rights of the user nobody, which a test as root does not have otherwise.</summary>
internal static partial class OrdinaryReader
{
    private const uint Nobody = 65534;

    /// <summary>Runs work on this thread. The kernel checks the thread's access to files only, see setfsuid(2).</summary>
    public static T Do<T>(Func<T> work)
    {
        if (!Environment.IsPrivilegedProcess) return work();
        var before = SetFileUser(Nobody);
        try
        {
            return work();
        }
        finally
        {
            _ = SetFileUser(before);
        }
    }

    /// <returns>The user before.</returns>
    [LibraryImport("libc", EntryPoint = "setfsuid")]
    private static partial uint SetFileUser(uint user);
}
