namespace Api.V1 {
  export function call<T>(a: T): T {
    return a;
  }
}

@Injectable({ scope: 'root' })
export class Service {
  constructor(private http: Http) {
    this.http = http;
  }

  over(a: string): void;
  over(a: any): void {
    eval(a);
  }

  @Get('/x')
  private async find(id: string): Promise<void> {
    await this.http.get(id);
  }

  handler = (event: Event): void => {
    log(event);
  };
}

abstract class Shape {
  abstract area(): number;
  get name(): string {
    return 'shape';
  }
}

export const typed: Handler = async function (event) {
  return event;
};

const table = {
  row<T>(a: T): T {
    return a;
  },
} as const;

const wrapped = (<T,>(a: T) => {
  return a;
}) satisfies Fn;
