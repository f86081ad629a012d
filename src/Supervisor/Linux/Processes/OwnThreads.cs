using System.Globalization;

namespace Reuseportd.Linux.Processes;

/// <summary>The threads of this process.</summary>
internal static class OwnThreads
{
    private const char Uninterruptible = 'D';

    /// <summary>
    /// A thread in uninterruptible sleep, such as one that waits for a file system that does not answer. The kernel cannot end
    /// such a thread, and execve(2) waits for it.
    /// </summary>
    /// <returns>Its number; null if there is none at this moment.</returns>
    public static int? AnyUninterruptible()
    {
        foreach (var path in Directory.EnumerateDirectories("/proc/self/task"))
        {
            try
            {
                var entry = ProcessEntry.TryParse(File.ReadAllBytes(Path.Combine(path, "stat")));
                if (entry is { State: Uninterruptible }) return int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture);
            }
            catch (IOException)
            {
                // The thread has ended.
            }
        }

        return null;
    }
}
