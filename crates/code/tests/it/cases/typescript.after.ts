namespace Api.V1 {
  export function call<T>(a: T): T {
    return clone(a);
  }
}

@Injectable({ scope: 'root' })
export class Service {
  constructor(private http: Http) {
    this.http = http!;
  }

  over(a: string): void;
  over(a: any): void {
    run(a);
  }

  @Get('/y')
  private async find(id: string): Promise<void> {
    await this.http.get(id);
  }

  handler = (event: Event): void => {
    console.log(event);
  };
}

abstract class Shape {
  abstract area(): number;
  get name(): string {
    return "shape";
  }
}

export const typed: Handler = async function (event) {
  return event.data;
};

const table = {
  row<T>(a: T): T {
    return a!;
  },
} as const;

const wrapped = (<T,>(a: T) => {
  return a as T;
}) satisfies Fn;
