using Reuseportd.Linux.Users;

namespace Reuseportd.Runtime.Processes;

/// <summary>The lookup of one account, and the starts that wait for it.</summary>
internal sealed class AccountLookup
{
    /// <summary>True while the lookup runs.</summary>
    public bool IsOpen { get; set; } = true;

    /// <summary>True if the lookup takes too long. It continues.</summary>
    public bool IsLate { get; set; }

    /// <summary>Null if the account is unknown.</summary>
    public Account? Account { get; set; }

    /// <summary>The reason why the account is unknown, for the log.</summary>
    public string? Problem { get; set; }

    public List<Action> Retries { get; } = [];
}
