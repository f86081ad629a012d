using System.Collections.Concurrent;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Preload;
using Reuseportd.Linux.Users;

namespace Reuseportd.Runtime.Methods;

/// <summary>
/// Finds out from files whether the preload library reaches a program. Remembers the result until the program or the library
/// changes, so that a start costs two stat(2) calls. Any thread may call; a slow file system delays only the caller.
/// </summary>
/// <param name="preload">Absolute path of the library.</param>
internal sealed class ProgramReach(string preload)
{
    /// <summary>Above this number, all results are forgotten.</summary>
    private const int Most = 4096;

    private readonly ConcurrentDictionary<(string Program, uint User, uint Group, bool NoNewPrivileges), Result> _known = [];

    /// <returns>The reason why the library does not reach the program; null if it does, or if it may.</returns>
    public PreloadDiagnosis? Unreached(string program, Credentials credentials)
    {
        var identity = credentials.Identity;
        var key = (program, identity.Uid, identity.Gid, credentials.NoNewPrivileges);
        var (file, library) = (FileStamp.Read(program), FileStamp.Read(preload));
        if (_known.TryGetValue(key, out var known) && known.File == file && known.Library == library) return known.Unreached;
        var found = PreloadDiagnosis.Unreached(program, preload, credentials);
        if (_known.Count >= Most) _known.Clear();
        _known[key] = new Result(file, library, found);
        return found;
    }

    private sealed record Result(FileStamp? File, FileStamp? Library, PreloadDiagnosis? Unreached);
}
